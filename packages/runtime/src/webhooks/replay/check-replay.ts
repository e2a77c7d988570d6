import type { Authenticator, PublicAccess } from "../../authenticator.ts";
import type { Method } from "../../route.ts";
import type { TenantScope } from "../../tenant/tenant-scope.ts";
import type { ReplayProtection } from "./replay-protection.ts";

/** What is wrong with a route's replay protection, or null. */
export function replayFault(route: {
  readonly method: Method;
  readonly auth: Authenticator | PublicAccess;
  readonly tenant: TenantScope;
  readonly replay?: ReplayProtection;
}): string | null {
  const { auth, method, tenant, replay } = route;
  const takesWebhooks = auth.kind === "webhook" || (auth.kind !== "public" && (auth.kinds ?? []).includes("webhook"));
  if (!takesWebhooks) return replay === undefined ? null : "replay is for routes that take webhooks";
  if (replay === undefined) return "a webhook needs replay: claimOnce(), or replayHarmless and why";
  if (method === "GET") return "a webhook is not a GET";
  if (replay.kind === "claim" && tenant.kind === "global") {
    return "claims are kept with a tenant's rows: say replayHarmless and why";
  }
  return null;
}
