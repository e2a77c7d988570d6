export { appendAuditEntry } from "./append-audit-entry.ts";
export type { AuditTenant } from "./append-audit-entry.ts";
