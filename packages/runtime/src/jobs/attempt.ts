import type { AuditEvent } from "../host.ts";
import type { VerifiedTenant } from "../tenant/verified-tenant.ts";
import { TenantTransaction } from "../transaction/tenant-transaction.ts";
import { pause, startDeadline } from "./deadline.ts";
import { boundTransaction, claimTurn, recordDone, type Claim, type Turn } from "./job-run-record.ts";
import type { JobPlan, Run } from "./plan.ts";

// A rollback that is not answered by then is left to PostgreSQL: nothing will commit it any more.
const ROLLBACK_MS = 5_000;

/**
 * One transaction under one tenant: claim, handler, record, commit. The record and the effect are kept together or
 * not at all. Rejects, rolled back, with what the handler or the database threw, or with GivenUp.
 */
export async function attemptTurn(plan: JobPlan, run: Run, tenant: VerifiedTenant, turn: Turn): Promise<Claim> {
  return inTurn(plan, run, tenant, async (transaction, signal) => {
    const claim = await claimTurn(transaction.sql, turn);
    if (claim !== "claimed") return claim;
    await plan.handler({
      tenant,
      sql: transaction.sql,
      at: new Date(run.at),
      now: new Date(turn.startedAt),
      runId: run.id,
      idempotencyKey: `${tenant.id}:${plan.definition.name}:${run.key}`,
      attempt: turn.attempts,
      signal,
      audit: (event) => {
        const recorded = audit(plan, run, tenant, transaction, event);
        transaction.await(recorded);
        return recorded;
      },
    });
    signal.throwIfAborted();
    await recordDone(transaction.sql, turn);
    await transaction.commit();
    return "claimed";
  });
}

/** `work` in a transaction of its own that ends with it, bounded by the job's timeout. What is not committed is rolled back. */
export async function inTurn<T>(
  plan: JobPlan,
  run: Pick<Run, "signal">,
  tenant: VerifiedTenant,
  work: (transaction: TenantTransaction, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { timeoutMs } = plan.definition;
  const transaction = new TenantTransaction(plan.host, tenant);
  const deadline = startDeadline(timeoutMs, run.signal);
  const bounded = async (): Promise<T> => {
    await boundTransaction(transaction.sql, timeoutMs);
    return work(transaction, deadline.signal);
  };
  try {
    return await deadline.race(bounded());
  } finally {
    deadline.clear();
    const rolledBack = new AbortController();
    await Promise.race([
      transaction.rollback().finally(() => rolledBack.abort()),
      pause(Math.min(timeoutMs, ROLLBACK_MS), rolledBack.signal),
    ]);
  }
}

async function audit(
  plan: JobPlan,
  run: Run,
  tenant: VerifiedTenant,
  transaction: TenantTransaction,
  event: AuditEvent,
): Promise<void> {
  const { id, issuer } = plan.definition.serviceAccount;
  const actor = { kind: "service_account", id, label: issuer };
  try {
    await plan.host.audit(transaction.sql, tenant, { ...event, actor, requestId: run.id, address: "" });
  } catch (error) {
    // An effect without its record must not stand, even when the handler carries on.
    transaction.poison(error);
    throw error;
  }
}
