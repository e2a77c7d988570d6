import type { Admitted } from "./admitted.ts";
import type { AuditEvent } from "./host.ts";
import type { Plan } from "./plan.ts";
import type { Principal } from "./principal.ts";
import type { VerifiedTenant } from "./tenant/verified-tenant.ts";
import type { TenantTransaction } from "./transaction/tenant-transaction.ts";

/** What a handler is called with: without a tenant there is neither a transaction nor an audit log to write to. */
export function handlerContext(
  plan: Plan,
  admitted: Admitted,
  transaction: TenantTransaction | null,
  committed: (() => void | Promise<void>)[],
): Record<string, unknown> {
  const { request, target, input, tenant, principal, requestId, address, now } = admitted;
  const { params, query, body, headers } = input;
  const { method, signal } = request;
  const named = { method, target: target.query === "" ? target.pathname : `${target.pathname}?${target.query}` };
  const afterCommit = (fn: () => void | Promise<void>): void => void committed.push(fn);
  const parts = { request: named, requestId, params, query, body, headers, principal, tenant, address, now, signal };
  if (transaction === null || tenant === null || principal === null) return { ...parts, afterCommit };
  // In the literal, not added afterwards: an object with closures added to it outlives its request in V8's young space.
  const audit = auditOf(plan, admitted, transaction, tenant, principal);
  return { ...parts, afterCommit, sql: transaction.sql, audit };
}

function auditOf(
  plan: Plan,
  { requestId, address }: Admitted,
  transaction: TenantTransaction,
  tenant: VerifiedTenant,
  { kind, id, label }: Principal,
): (event: AuditEvent) => Promise<void> {
  const record = async (event: AuditEvent): Promise<void> => {
    try {
      await plan.host.audit(transaction.sql, tenant, { ...event, actor: { kind, id, label }, requestId, address });
    } catch (error) {
      // An effect without its record must not stand, even when the handler carries on.
      transaction.poison(error);
      throw error;
    }
  };
  return (event) => {
    const recorded = record(event);
    transaction.await(recorded);
    return recorded;
  };
}
