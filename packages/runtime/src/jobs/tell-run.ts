import { emitEvent } from "../events/safe-event.ts";
import type { JobReport, TenantReport } from "./job.ts";
import type { JobPlan } from "./plan.ts";

/** Tells the host, if it listens, how one tenant's turn ended. `began` is of `performance.now()`. */
export function tellTurn(plan: JobPlan, runId: string, report: TenantReport, began: number): void {
  const { host, definition } = plan;
  if (host.onEvent === undefined) return;
  emitEvent(host.onEvent, {
    event: "job.turn_ended",
    module: definition.manifest.slug,
    job: definition.name,
    run_id: runId,
    tenant_id: report.tenantId === "" ? null : report.tenantId,
    outcome: report.outcome,
    code: report.code,
    attempt: report.attempts,
    duration_ms: Math.round(performance.now() - began),
  });
}

/** The same of a whole run: how it ended, and for how many tenants. */
export function tellRun(plan: JobPlan, report: JobReport, began: number): void {
  const { host, definition } = plan;
  if (host.onEvent === undefined) return;
  emitEvent(host.onEvent, {
    event: "job.ended",
    module: definition.manifest.slug,
    job: definition.name,
    run_id: report.runId,
    outcome: report.outcome,
    code: report.code,
    count: report.tenants.length,
    duration_ms: Math.round(performance.now() - began),
  });
}
