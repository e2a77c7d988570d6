import { isGranted, PERMISSIONS, type Permission } from "./permissions.ts";
import { isRole, visibilityOf } from "./roles.ts";
import { IdentityError } from "./errors.ts";

/** What is asked of a verified tenant; the runtime's `VerifiedTenant` fits. */
export interface RoleBearer {
  readonly role: string | null;
  readonly visibility: "tenant" | "subject";
}

/** The runtime's `authorize`, naming the permission it checks for documentation and tests. */
export interface Permit {
  (access: { readonly tenant: RoleBearer | null }): boolean;
  readonly permission: Permission;
}

/**
 * The gate for one permission. The role is the one the tenant gate read from the database for this request.
 * No tenant, no role, an unknown one, or one that sees more rows than it is due is refused.
 *
 * @throws IdentityError `unknown_permission` when the permission is not in the table.
 */
export function permit(permission: Permission): Permit {
  if (!Object.hasOwn(PERMISSIONS, permission)) throw new IdentityError("unknown_permission");
  const authorize = ({ tenant }: { readonly tenant: RoleBearer | null }): boolean => {
    if (tenant === null || !isRole(tenant.role)) return false;
    const seesTooMuch = visibilityOf(tenant.role) === "subject" && tenant.visibility !== "subject";
    return !seesTooMuch && isGranted(tenant.role, permission);
  };
  return Object.assign(authorize, { permission });
}
