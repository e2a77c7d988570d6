import { Problem } from "../problem.ts";
import type { Access, Authorize } from "../route.ts";
import type { VerifiedTenant } from "../tenant/verified-tenant.ts";

/** As the gate calls it; `routeKey` has tied it to the route's scope. */
export type AnyAuthorize = Authorize<VerifiedTenant | null>;

/** The membership and role gate. Only `true` passes. Throws Problem `forbidden`, its own, or `identity_unavailable`. */
export async function checkAuthorized(authorize: AnyAuthorize, access: Access<VerifiedTenant | null>): Promise<void> {
  let allowed: unknown;
  try {
    allowed = await authorize(access);
  } catch (cause) {
    throw cause instanceof Problem ? cause : new Problem("identity_unavailable", { cause });
  }
  if (allowed !== true) throw new Problem("forbidden");
}
