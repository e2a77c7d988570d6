/** Chooses one of the principal's own memberships, by a header the client may send. */
export interface TenantResolver {
  readonly kind: "member";
  /** Lower-case name of the selecting header. */
  readonly header: string;
}

/** The only opt-out of tenancy; `key.json` repeats the reason as `global_reason`. */
export interface GlobalScope {
  readonly kind: "global";
  readonly reason: string;
}

export type TenantScope = TenantResolver | GlobalScope;

/**
 * The tenant is one of the credential's memberships. The header only selects among them:
 * beyond them 403, several and none named 400 `tenant_required`, none at all 403.
 */
export function memberTenant(options: { header: string } = { header: "x-tenant-id" }): TenantResolver {
  return Object.freeze({ kind: "member", header: options.header.toLowerCase() });
}

/** Says that a route has no tenant, and why. Throws a TypeError on an empty reason. */
export function globalScope<const Reason extends string>(reason: Reason extends "" ? never : Reason): GlobalScope {
  if (reason.trim() === "") throw new TypeError("globalScope needs a reason.");
  return Object.freeze({ kind: "global", reason });
}
