import type { Role } from "./roles.ts";

/**
 * The one permission table. A row names who may; whoever is not named may not. What a developer is granted
 * covers their own rows only: their visibility is `subject` (see `visibilityOf`).
 */
export const PERMISSIONS = {
  "organisation.read": ["owner", "admin", "viewer"],
  "organisation.update": ["owner", "admin"],
  "organisation.delete": ["owner"],
  "members.read": ["owner", "admin", "developer", "viewer"],
  "members.create": ["owner", "admin"],
  "members.update": ["owner", "admin"],
  "members.remove": ["owner", "admin"],
  "members.assign_owner": ["owner"],
  "provider_secrets.read": ["owner", "admin", "developer", "viewer"],
  "provider_secrets.create": ["owner", "admin"],
  "provider_secrets.update": ["owner", "admin"],
  "provider_secrets.revoke": ["owner", "admin"],
  "virtual_keys.read": ["owner", "admin", "developer", "viewer"],
  "virtual_keys.create": ["owner", "admin", "developer"],
  "virtual_keys.update": ["owner", "admin"],
  "virtual_keys.revoke": ["owner", "admin", "developer"],
  "budgets.read": ["owner", "admin", "developer", "viewer"],
  "budgets.update": ["owner", "admin"],
  "prices.read": ["owner", "admin", "viewer"],
  "prices.update": ["owner", "admin"],
  "usage.read": ["owner", "admin", "developer", "viewer"],
  "usage.report": ["owner", "admin", "developer"],
  "token_count.use": ["owner", "admin", "developer", "viewer"],
  "api_tokens.read": ["owner", "admin", "viewer"],
  "api_tokens.create": ["owner", "admin"],
  "api_tokens.revoke": ["owner", "admin"],
  "audit_log.read": ["owner", "admin"],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof PERMISSIONS;

/** Whether a role is granted a permission. */
export function isGranted(role: Role, permission: Permission): boolean {
  const granted: readonly Role[] = PERMISSIONS[permission];
  return granted.includes(role);
}
