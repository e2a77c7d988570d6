import { Secret, type DeclaredEnvironment } from "@meterr/runtime";
import { StripeEntitlementsError } from "./errors.ts";

export interface StripeSettings {
  readonly apiKey: Secret;
  /** Two while the endpoint's secret is rolled. */
  readonly webhookSecrets: readonly Secret[];
}

// Restricted (rk) or secret (sk); a publishable one (pk) is no secret and reads no subscription.
const API_KEY = /^(?:sk|rk)_[A-Za-z0-9_]{8,}$/;
const WEBHOOK_SECRET = /^whsec_[\x21-\x7e]{16,}$/;

/** Throws StripeEntitlementsError `setting_invalid`, naming the variable and never its value. */
export function readSettings(environment: DeclaredEnvironment): StripeSettings {
  const apiKey = environment.required("STRIPE_SECRET_KEY").trim();
  if (!API_KEY.test(apiKey)) invalid("STRIPE_SECRET_KEY", "begins with rk_ (better) or sk_");
  const webhookSecrets = environment
    .required("STRIPE_WEBHOOK_SECRET")
    .trim()
    .split(/[\s,]+/);
  if (webhookSecrets.length > 2 || !webhookSecrets.every((secret) => WEBHOOK_SECRET.test(secret))) {
    invalid("STRIPE_WEBHOOK_SECRET", "begins with whsec_; while it is rolled, the old and the new divided by a comma");
  }
  return { apiKey: new Secret(apiKey), webhookSecrets: webhookSecrets.map((secret) => new Secret(secret)) };
}

function invalid(variable: string, form: string): never {
  throw new StripeEntitlementsError("setting_invalid", `${variable} is not of its form: it ${form}.`);
}
