import type { Authorize } from "../route.ts";
import type { VerifiedTenant } from "../tenant/verified-tenant.ts";

/** Allows what every gate allows, asked in order; the first that does not ends the question. */
export function allOf<Tenant extends VerifiedTenant | null = VerifiedTenant>(
  ...gates: readonly [Authorize<Tenant>, ...Authorize<Tenant>[]]
): Authorize<Tenant> {
  const permission = gates.flatMap((gate) => gate.permission ?? []).join(" ");
  const authorize: Authorize<Tenant> = async (access) => {
    for (const gate of gates) {
      const allowed: unknown = await gate(access);
      if (allowed !== true) return false;
    }
    return gates.length > 0;
  };
  return permission === "" ? authorize : Object.assign(authorize, { permission });
}
