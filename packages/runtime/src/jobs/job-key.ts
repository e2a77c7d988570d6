import { quietly } from "../events/quietly.ts";
import { Problem } from "../problem.ts";
import { RuntimeError } from "../runtime-error.ts";
import { defineJob } from "./define-job.ts";
import { GivenUp, within } from "./deadline.ts";
import { failureCode } from "./failure-code.ts";
import type { JobKey, JobOptions, JobReport, JobRunOptions, TenantReport } from "./job.ts";
import { reportFailure, type JobPlan, type Run } from "./plan.ts";
import { readClock, runTenant } from "./run-tenant.ts";
import { tellRun, tellTurn } from "./tell-run.ts";

// What can stand in a record, a log and another service's header alike.
const KEY = /^[\x21-\x7e]{1,200}$/;

/**
 * Builds a job that runs for one tenant after the other, each in a transaction of its own that also holds the record
 * of its run, so that neither is ever kept without the other. A run with the same idempotency key does nothing where
 * an earlier one is done; of two runners at once exactly one has each tenant; a tenant that fails, hangs or is gone
 * is reported and the rest go on. The returned function never rejects.
 * Throws RuntimeError `job_invalid` or `manifest_disagrees` at construction.
 */
export function jobKey(options: JobOptions): JobKey {
  const definition = defineJob(options);
  const plan: JobPlan = {
    definition,
    host: options.host,
    serviceAccount: options.serviceAccount,
    delayMs: (attempt) => options.retry.delayMs(attempt),
    tenants: (run) => options.tenants(run),
    handler: (context) => options.handler(context),
  };
  const perform = async (request: JobRunOptions): Promise<JobReport> => {
    const runId = crypto.randomUUID();
    const signal = request.signal ?? new AbortController().signal;
    let run: Run;
    try {
      const at = instantOf(request.at ?? readClock(plan));
      run = { id: runId, at, key: keyOf(options.idempotencyKey({ at: new Date(at) })), signal };
    } catch (error) {
      reportFailure(plan, runId, error);
      const nothing = { idempotencyKey: null, at: null, outcome: "failed", tenants: [] } as const;
      return { job: definition.name, runId, code: failureCode(error), ...nothing };
    }
    return runAll(plan, run);
  };
  const job = async (request: JobRunOptions = {}): Promise<JobReport> => {
    const began = performance.now();
    const report = await perform(request);
    tellRun(plan, report, began);
    return report;
  };
  return Object.freeze(Object.assign(job, { definition }));
}

async function runAll(plan: JobPlan, run: Run): Promise<JobReport> {
  const tenants: TenantReport[] = [];
  const seen = new Set<string>();
  const report = { job: plan.definition.name, runId: run.id, idempotencyKey: run.key, at: run.at, tenants } as const;
  try {
    for await (const { id: tenantId } of listTenants(plan, run)) {
      if (typeof tenantId !== "string" || tenantId === "") {
        tenants.push(refuseEntry(plan, run, tenantId));
        continue;
      }
      // The tenant gate compares ids without regard to case, so two spellings are one tenant.
      const same = tenantId.toLowerCase();
      if (seen.has(same)) continue;
      seen.add(same);
      const began = performance.now();
      const turn = await runTenant(plan, run, tenantId);
      tenants.push(turn);
      tellTurn(plan, run.id, turn, began);
    }
  } catch (error) {
    if (error instanceof GivenUp && error.outcome === "interrupted") {
      return { ...report, outcome: "interrupted", code: null };
    }
    reportFailure(plan, run.id, error);
    return { ...report, outcome: "failed", code: "tenants_unavailable" };
  }
  if (run.signal.aborted) return { ...report, outcome: "interrupted", code: null };
  const done = tenants.every(({ outcome }) => outcome === "done" || outcome === "already_done");
  return { ...report, outcome: done ? "done" : "incomplete", code: null };
}

/** An entry that names no tenant: the others have their turns all the same. */
function refuseEntry(plan: JobPlan, run: Run, entry: unknown): TenantReport {
  // It may be a promise, whose rejection must not end the process.
  quietly(() => entry);
  const problem = new Problem("tenant_required");
  reportFailure(plan, run.id, problem);
  const turn = { tenantId: "", outcome: "failed", attempts: 0, code: problem.code, recorded: false } as const;
  tellTurn(plan, run.id, turn, performance.now());
  return turn;
}

/** In an object of its own, since a generator awaits what it yields, and one entry that rejects would end the list. */
interface Entry {
  readonly id: unknown;
}

/** The tenants as the job lists them, each page of a list that comes in pages waited for as long as one turn may take. */
async function* listTenants(plan: JobPlan, { at, signal }: Run): AsyncGenerator<Entry> {
  const { timeoutMs } = plan.definition;
  const list = await within(timeoutMs, signal, async () => plan.tenants({ at: new Date(at), signal }));
  if (!(Symbol.asyncIterator in list)) {
    for (const id of list) yield { id };
    return;
  }
  const pages = list[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const next = await within(timeoutMs, signal, async () => pages.next());
      ended = next.done === true;
      if (ended) return;
      yield { id: next.value };
    }
  } finally {
    // Not waited for: a list that hangs would hang here as well.
    if (!ended) void Promise.resolve(pages.return?.()).catch(() => undefined);
  }
}

function instantOf(at: Date): Date {
  if (Number.isNaN(at.getTime())) throw new RuntimeError("job_invalid", "The instant a run is for is no time.");
  return new Date(at);
}

function keyOf(key: string): string {
  if (typeof key === "string" && KEY.test(key)) return key;
  throw new RuntimeError("job_invalid", "An idempotency key is 1 to 200 printable ASCII characters without spaces.");
}
