/** The closed list of roles, most powerful first. A member has exactly one in each organisation. */
export const ROLES = ["owner", "admin", "developer", "viewer"] as const;

export type Role = (typeof ROLES)[number];

/** Whether a text from outside names a role; nothing is a role by default. */
export function isRole(text: unknown): text is Role {
  return ROLES.some((role) => role === text);
}

/** Which rows a role sees: a developer only those of their own membership, everybody else the organisation's. */
export function visibilityOf(role: Role): "tenant" | "subject" {
  return role === "developer" ? "subject" : "tenant";
}

/**
 * Whether `actorRole` may turn a member who is `currentRole` into `newRole`; null for one who is not a member
 * yet, or shall be none any more. Owners assign anything. Admins neither make nor unmake owners. Others assign
 * nothing. That the last owner stays is kept where the rows are, in the same transaction as the change.
 */
export function mayAssign(actorRole: Role, currentRole: Role | null, newRole: Role | null): boolean {
  if (actorRole === "owner") return true;
  return actorRole === "admin" && currentRole !== "owner" && newRole !== "owner";
}
