import type { Clock, Events, IntegrationFetch, RateLimiter, RuntimeHost, Sql } from "@meterr/runtime";
import type { FeaturesOfPrice } from "./features-of-price.ts";
import type { StripeLibrary } from "./stripe/stripe-library.ts";

export interface StripeEntitlementsOptions {
  readonly host: RuntimeHost;
  /** Outside any tenant: runs `select stripe_tenant_of_customer($1)` and nothing else. A pool of `pg` fits. */
  readonly lookup: Sql;
  /** `process.env`, or an edge runtime's bindings. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What a price includes. Default: the whole names in its metadata `features`. */
  readonly features?: FeaturesOfPrice;
  /** Seconds an answer of Stripe's is good without any event, 1 to 300. Default 60. */
  readonly cacheSeconds?: number;
  /** Where Stripe is. Default: https://api.stripe.com. */
  readonly origin?: string;
  /** A fetch that refuses private addresses, where the host has one. */
  readonly fetch?: IntegrationFetch;
  /** Shared by every process that uses the same Stripe account. Default: one of this process. */
  readonly limiter?: RateLimiter;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** Told what happens, in fields that are safe to log. */
  readonly events?: Events;
  /** Default: `import("stripe")`. */
  readonly library?: () => Promise<StripeLibrary>;
}
