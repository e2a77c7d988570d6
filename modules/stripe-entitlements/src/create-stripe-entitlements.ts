import {
  declaredEnvironment,
  keyModule,
  parseManifest,
  requireEntitlement,
  type Authorize,
  type EntitlementCheck,
  type KeyModule,
} from "@meterr/runtime";
import { stripeCustomer, stripeWebhook } from "@meterr/runtime/webhooks";
import manifestJson from "../key.json" with { type: "json" };
import { entitlementCheck } from "./check-entitlement.ts";
import { featuresInMetadata } from "./features-of-price.ts";
import { receiveEvent } from "./handlers/receive-event.ts";
import type { StripeEntitlementsOptions } from "./options.ts";
import { readSettings } from "./settings.ts";
import { stripeIntegration } from "./stripe/stripe-integration.ts";

export interface StripeEntitlements {
  /** The webhook's route, ready to mount. */
  readonly module: KeyModule;
  /** Server-side: whether a verified tenant has a feature. Rejects when that cannot be told. */
  readonly check: EntitlementCheck;
  /** The gate for a route: `authorize: entitlements.require("export")`. */
  readonly require: (feature: string) => Authorize;
}

const SIDE_EFFECTS = [
  "keeps which Stripe customer a tenant is, and what it was last entitled to",
  "asks Stripe for a customer's subscriptions",
];
const LOOKUP = "select stripe_tenant_of_customer($1) as org_id";

/**
 * The module, for one Stripe account. Opens nothing and asks nothing until it is used.
 * Throws RuntimeError `environment_missing` or StripeEntitlementsError `setting_invalid`, naming the variable.
 */
export function createStripeEntitlements(options: StripeEntitlementsOptions): StripeEntitlements {
  const { host, lookup, events, clock, library } = options;
  const manifest = parseManifest(manifestJson);
  const environment = declaredEnvironment(manifest, options.env);
  const { apiKey, webhookSecrets } = readSettings(environment);

  const askStripe = stripeIntegration(manifest, apiKey, options.features ?? featuresInMetadata, options);
  const check = entitlementCheck(host, askStripe, options);
  const auth = stripeWebhook({
    secret: () => webhookSecrets.map((secret) => secret.reveal()),
    account: stripeCustomer,
    tenantOf: async (customer) =>
      (await lookup.query<{ org_id: string | null }>(LOOKUP, [customer])).rows[0]?.org_id ?? null,
    ...(library === undefined ? {} : { library }),
  });
  const module = keyModule({
    manifest,
    routes: [receiveEvent({ host, manifest, auth, events })],
    integrations: [askStripe],
    data: [],
    otherTables: ["stripe_customers", "webhook_claims"],
    environment,
    sideEffects: SIDE_EFFECTS,
  });
  return Object.freeze({
    module,
    check,
    require: (feature: string) => requireEntitlement(feature, check, clock === undefined ? {} : { clock }),
  });
}
