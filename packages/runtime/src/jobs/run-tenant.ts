import { Problem } from "../problem.ts";
import { RuntimeError } from "../runtime-error.ts";
import type { VerifiedTenant } from "../tenant/verified-tenant.ts";
import { attemptTurn, inTurn } from "./attempt.ts";
import { GivenUp, pause, within } from "./deadline.ts";
import { failureCode, mayPass } from "./failure-code.ts";
import type { TenantReport } from "./job.ts";
import { findTurn, recordFailure, type Turn } from "./job-run-record.ts";
import { reportFailure, type JobPlan, type Run } from "./plan.ts";

/**
 * One tenant's turn, by as many attempts as it may have. Never rejects.
 *
 * verified → attempt → (done | already_done | in_progress) ; attempt → failed → (may pass, attempts left: verified again)
 * → recorded as failed or timed_out. The account is asked again before each attempt: a tenant may be gone by then.
 */
export async function runTenant(plan: JobPlan, run: Run, tenantId: string): Promise<TenantReport> {
  const report = (outcome: TenantReport["outcome"], attempts: number, code: string | null = null, recorded = true) => ({
    tenantId,
    outcome,
    attempts,
    code,
    recorded,
  });
  for (let attempts = 1; ; attempts += 1) {
    if (run.signal.aborted) return report("interrupted", attempts - 1);
    let tenant: VerifiedTenant | null = null;
    let turn: Turn | null = null;
    try {
      const startedAt = readClock(plan);
      tenant = await verify(plan, tenantId, startedAt, run.signal);
      turn = { tenantId: tenant.id, job: plan.definition.name, key: run.key, runId: run.id, attempts, startedAt };
      const claim = await attemptTurn(plan, run, tenant, turn);
      const outcome = claim === "claimed" || claim === "done_by_this_run" ? "done" : claim;
      return report(outcome, claim === "claimed" ? attempts : attempts - 1);
    } catch (error) {
      if (error instanceof GivenUp && error.outcome === "interrupted") return report("interrupted", attempts);
      if (isRefused(error)) return report("refused", attempts - 1, error.code);
      reportFailure(plan, run.id, error);
      if (mayPass(error) && attempts < plan.definition.attempts) {
        await pause(delayOf(plan, attempts), run.signal);
        continue;
      }
      const outcome = error instanceof GivenUp ? "timed_out" : "failed";
      const code = error instanceof GivenUp ? "timed_out" : failureCode(error);
      if (tenant === null || turn === null) return report(outcome, attempts - 1, code, false);
      return settle(plan, run, tenantId, turn, report(outcome, attempts, code, false));
    }
  }
}

/** Records the failure in a transaction of its own, unless the tenant is gone or its turn is done after all. */
async function settle(
  plan: JobPlan,
  run: Run,
  tenantId: string,
  turn: Turn,
  failed: TenantReport,
): Promise<TenantReport> {
  try {
    // Recorded although the run may be ending: the tenant's own signal is not the record's.
    const lasting = { signal: new AbortController().signal };
    const tenant = await verify(plan, tenantId, readClock(plan), lasting.signal);
    const found = await inTurn(plan, lasting, tenant, async (transaction) => {
      const outcome = failed.outcome === "timed_out" ? "timed_out" : "failed";
      const written = await recordFailure(transaction.sql, turn, outcome, failed.code ?? "handler_failed");
      if (!written) return findTurn(transaction.sql, turn);
      await transaction.commit();
      return null;
    });
    // A commit whose answer was lost had gone through.
    if (found === "done_by_this_run") return { ...failed, outcome: "done", code: null, recorded: true };
    if (found === "already_done") return { ...failed, outcome: "already_done", code: null, recorded: true };
    return { ...failed, recorded: true };
  } catch (error) {
    if (isRefused(error)) return { ...failed, outcome: "refused", code: error.code, recorded: false };
    reportFailure(plan, run.id, error);
    return failed;
  }
}

function isRefused(error: unknown): error is RuntimeError {
  return error instanceof RuntimeError && error.code === "tenant_refused";
}

async function verify(
  { serviceAccount, definition }: JobPlan,
  tenantId: string,
  now: Date,
  signal: AbortSignal,
): Promise<VerifiedTenant> {
  const { name: scope, timeoutMs } = definition;
  try {
    return await within(timeoutMs, signal, () => serviceAccount.tenant({ tenantId, scope, now }));
  } catch (error) {
    if (error instanceof RuntimeError || error instanceof Problem) throw error;
    if (error instanceof GivenUp && error.outcome === "interrupted") throw error;
    throw new Problem("identity_unavailable", { cause: error });
  }
}

export function readClock({ host }: Pick<JobPlan, "host">): Date {
  try {
    const now = host.now();
    if (Number.isNaN(now.getTime())) throw new TypeError("The clock gave no time.");
    return now;
  } catch (cause) {
    throw new Problem("clock_unavailable", { cause });
  }
}

function delayOf(plan: JobPlan, attempts: number): number {
  try {
    return plan.delayMs(attempts);
  } catch (error) {
    reportFailure(plan, "", error);
    return 0;
  }
}
