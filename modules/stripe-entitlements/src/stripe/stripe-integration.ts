import { integrationKey, type Integration, type KeyManifest, type Secret } from "@meterr/runtime";
import type { FeaturesOfPrice } from "../features-of-price.ts";
import type { StripeEntitlementsOptions } from "../options.ts";
import { listFeatures } from "./list-features.ts";
import type { StripeLibrary } from "./stripe-library.ts";

/** Stripe's API is asked for the features of one customer. */
export type AskStripe = Integration<{ readonly customer: string; readonly library: StripeLibrary }, string[]>;

export const STRIPE_ORIGIN = "https://api.stripe.com";

// An entitlement is asked for while a person waits: both stay below the 5 s of requireEntitlement.
const ATTEMPT_MS = 2_000;
const TOTAL_MS = 4_500;
/** Below Stripe's own limits, 100 reads a second live and 25 in test mode, which other code shares. */
const LIMIT = { points: 20, seconds: 1, concurrent: 20 };

export function stripeIntegration(
  manifest: KeyManifest,
  apiKey: Secret,
  featuresOf: FeaturesOfPrice,
  options: Pick<StripeEntitlementsOptions, "origin" | "fetch" | "clock" | "random" | "events" | "limiter">,
): AskStripe {
  const { origin = STRIPE_ORIGIN, fetch, clock, random, events, limiter } = options;
  const { hostname, port, protocol } = new URL(origin);
  const secure = protocol === "https:";
  return integrationKey({
    manifest,
    name: "stripe.subscriptions",
    secrets: { STRIPE_SECRET_KEY: apiKey },
    origins: [origin],
    limit: { ...LIMIT, ...(limiter === undefined ? {} : { limiter }) },
    timeout: { attemptMs: ATTEMPT_MS, totalMs: TOTAL_MS },
    retry: { attempts: 2, baseMs: 100, maxMs: 400, maxRetryAfterMs: 60_000 },
    circuit: { failures: 5, openMs: 15_000 },
    ...(fetch === undefined ? {} : { fetch }),
    ...(clock === undefined ? {} : { clock }),
    ...(random === undefined ? {} : { random }),
    ...(events === undefined ? {} : { events }),
    async call({ customer, library: { default: Stripe } }, io) {
      const client = new Stripe(io.secrets.STRIPE_SECRET_KEY.reveal(), {
        host: hostname,
        port: port === "" ? (secure ? "443" : "80") : port,
        protocol: secure ? "https" : "http",
        httpClient: Stripe.createFetchHttpClient(io.fetch),
        // Retries, limits and time are the integration's.
        maxNetworkRetries: 0,
        telemetry: false,
        timeout: ATTEMPT_MS,
      });
      return listFeatures(client, customer, featuresOf);
    },
  });
}
