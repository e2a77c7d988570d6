import type { AuditEntry, Sql } from "@meterr/runtime";

/** The organisation whose log it is; the runtime's VerifiedTenant fits. */
export interface AuditTenant {
  readonly id: string;
}

/**
 * Appends one entry in the given transaction, which must be this tenant's: the entry and the effect it records are kept
 * together or not at all. Appends of one organisation wait for each other until their transaction ends, so call it last.
 * Fits `RuntimeHost.audit`. Rejects as the driver does: SQLSTATE 23503 for an action that is not in the closed list,
 * 42501 when the transaction is another tenant's, 23514 for a field that is too long or empty.
 */
export async function appendAuditEntry(sql: Sql, tenant: AuditTenant, entry: AuditEntry): Promise<void> {
  const { actor, subject } = entry;
  await sql.query("select append_audit_entry($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", [
    tenant.id,
    actor.kind,
    actor.id,
    actor.label,
    entry.action,
    subject.type,
    subject.id,
    JSON.stringify(entry.details ?? {}),
    entry.requestId,
    entry.address,
  ]);
}
