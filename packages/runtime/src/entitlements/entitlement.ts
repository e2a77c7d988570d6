import type { VerifiedTenant } from "../tenant/verified-tenant.ts";

/** What is asked: both parts come from the server, neither from the request. */
export interface EntitlementQuestion {
  readonly tenant: VerifiedTenant;
  /** Exactly one feature's name. */
  readonly feature: string;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** Only `true` entitles. Rejecting means "cannot tell", which refuses with 503. */
export type EntitlementCheck = (question: EntitlementQuestion) => Promise<boolean>;

// Whole names are compared, so what a list of features is divided by, or a pattern, has no place in one.
const FEATURE = /^[a-z0-9][a-z0-9_.:-]{0,79}$/;

/** True for a name that can be a feature's: lower-case letters, digits and `_ . : -`, at most 80. */
export function isFeatureName(value: unknown): value is string {
  return typeof value === "string" && FEATURE.test(value);
}
