import type { Membership, Principal } from "../principal.ts";
import { RuntimeError } from "../runtime-error.ts";
import { selectTenant } from "./select-tenant.ts";
import type { VerifiedTenant } from "./verified-tenant.ts";

export interface ServiceAccountOptions {
  /** Stable id, for the record. */
  readonly id: string;
  /** The program that acts: `gateway`, `worker`. */
  readonly issuer: string;
  /** What it may do, for example `usage.settle`. */
  readonly scope: readonly string[];
  readonly expiresAt: Date;
  /** Reads from the server's own records whether the account serves this tenant; null when it does not. */
  membership(tenantId: string): Promise<Membership | null>;
}

/** A program that acts for tenants without a person: jobs, and the gateway after it verified a virtual key. */
export interface ServiceAccount {
  readonly id: string;
  readonly issuer: string;
  /**
   * The tenant, through the same gate as a request's.
   * Throws RuntimeError `tenant_refused` when expired, out of scope, or not serving that tenant.
   */
  tenant(request: { tenantId: string; scope: string; now: Date }): Promise<VerifiedTenant>;
}

export function serviceAccount(options: ServiceAccountOptions): ServiceAccount {
  return Object.freeze({
    id: options.id,
    issuer: options.issuer,
    async tenant(request: { tenantId: string; scope: string; now: Date }): Promise<VerifiedTenant> {
      if (!(options.expiresAt.getTime() > request.now.getTime())) refuse(options.id, "has expired");
      if (!options.scope.includes(request.scope)) refuse(options.id, "has no such scope");
      const membership = await options.membership(request.tenantId);
      if (membership === null) refuse(options.id, "does not serve this tenant");
      const principal: Principal = {
        kind: "service_account",
        id: options.id,
        label: options.issuer,
        memberships: [membership],
      };
      return selectTenant(principal, request.tenantId);
    },
  });
}

function refuse(id: string, why: string): never {
  throw new RuntimeError("tenant_refused", `The service account ${id} ${why}.`);
}
