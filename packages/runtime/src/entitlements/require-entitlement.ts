import { systemClock, type Clock } from "../clock/clock.ts";
import { Problem } from "../problem.ts";
import type { Access, Authorize } from "../route.ts";
import { RuntimeError } from "../runtime-error.ts";
import { isVerifiedTenant } from "../tenant/verified-tenant.ts";
import { isFeatureName, type EntitlementCheck } from "./entitlement.ts";

export interface EntitlementOptions {
  /** Milliseconds the check may take. Default 5,000: a person still waits that long. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
}

const TIMEOUT_MS = 5_000;

/**
 * Lets a route's tenant in only when the check says `true` for exactly this feature: what `routeKey` takes as
 * `authorize`, alone or in `allOf` behind the permission. Not entitled, or anything but `true`, is 403 `not_entitled`;
 * a check that rejects or takes too long is 503 `dependency_unavailable`.
 * Throws RuntimeError `entitlement_invalid` when built for a name that no feature can have.
 */
export function requireEntitlement(
  feature: string,
  check: EntitlementCheck,
  options: EntitlementOptions = {},
): Authorize {
  const clock = options.clock ?? systemClock();
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  if (!isFeatureName(feature)) throw new RuntimeError("entitlement_invalid", "This is no feature's name.");
  if (!(Number.isSafeInteger(timeoutMs) && timeoutMs > 0)) {
    throw new RuntimeError("entitlement_invalid", `${feature}: timeoutMs must be a whole number above 0.`);
  }
  const authorize = async ({ tenant }: Access): Promise<boolean> => {
    if (!isVerifiedTenant(tenant)) throw new Problem("forbidden");
    const answer = await answerInTime(clock, timeoutMs, (signal) => check({ tenant, feature, signal }));
    if (answer !== true) throw new Problem("not_entitled");
    return true;
  };
  return Object.assign(authorize, { permission: `entitlement:${feature}` });
}

async function answerInTime(
  clock: Clock,
  timeoutMs: number,
  ask: (signal: AbortSignal) => Promise<unknown>,
): Promise<unknown> {
  const asking = new AbortController();
  const answered = new AbortController();
  const late = clock.wait(timeoutMs, answered.signal).then(() => {
    throw new Problem("dependency_unavailable");
  });
  try {
    return await Promise.race([ask(asking.signal), late]);
  } catch (cause) {
    if (cause instanceof Problem && cause.status === 503) throw cause;
    throw new Problem("dependency_unavailable", { cause });
  } finally {
    late.catch(() => undefined);
    asking.abort();
    answered.abort();
  }
}
