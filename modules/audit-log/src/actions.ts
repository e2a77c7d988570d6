/**
 * The closed list of what is recorded, as the migration has it. A host that records more adds its actions to
 * audit_log_actions in a migration of its own.
 */
export const AUDIT_ACTIONS = [
  "setup.completed",
  "organisation.renamed",
  "member.invited",
  "member.invitation_revoked",
  "member.joined",
  "member.role_changed",
  "member.removed",
  "member.password_changed",
  "member.password_reset_issued",
  "member.password_reset",
  "api_token.minted",
  "api_token.revoked",
  "provider_secret.sealed",
  "provider_secret.rotated",
  "provider_secret.revoked",
  "virtual_key.minted",
  "virtual_key.limit_changed",
  "virtual_key.revoked",
  "virtual_key.suspended",
  "budget.changed",
  "budget.removed",
  "model_price.set",
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];
