/**
 * - `setting_invalid`: an environment variable does not hold what it should;
 * - `package_missing`: the package `stripe` is not installed;
 * - `customer_invalid`: not the id of a Stripe customer;
 * - `customer_taken`: the customer is another tenant's;
 * - `tenant_linked`: the tenant has another customer already;
 * - `changing`: events kept arriving while Stripe was asked; ask again.
 */
export type StripeEntitlementsErrorCode =
  | "setting_invalid"
  | "package_missing"
  | "customer_invalid"
  | "customer_taken"
  | "tenant_linked"
  | "changing";

/** What this module throws of its own. No message holds a secret, a customer or anything Stripe said. */
export class StripeEntitlementsError extends Error {
  override readonly name = "StripeEntitlementsError";
  readonly code: StripeEntitlementsErrorCode;
  readonly retryable: boolean;

  constructor(code: StripeEntitlementsErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryable = code === "changing";
  }
}
