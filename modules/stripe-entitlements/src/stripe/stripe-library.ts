import type { StripeLibrary as WebhookLibrary } from "@meterr/runtime/webhooks";
import { StripeEntitlementsError } from "../errors.ts";

interface ListRequest {
  readonly limit: number;
  readonly starting_after?: string;
}

/** What is used of a client of the package `stripe`. */
export interface StripeClient {
  readonly subscriptions: { list(query: ListRequest & { readonly customer: string }): PromiseLike<unknown> };
  readonly subscriptionItems: { list(query: ListRequest & { readonly subscription: string }): PromiseLike<unknown> };
}

export interface StripeClientConfig {
  readonly host: string;
  readonly port: string;
  readonly protocol: "http" | "https";
  readonly httpClient: unknown;
  readonly maxNetworkRetries: 0;
  readonly telemetry: false;
  readonly timeout: number;
}

/** What is used of the package `stripe`, version 18 and later. */
export interface StripeLibrary extends WebhookLibrary {
  readonly default: WebhookLibrary["default"] & {
    new (apiKey: string, config: StripeClientConfig): StripeClient;
    createFetchHttpClient(fetch: unknown): unknown;
  };
}

/** Rejects with StripeEntitlementsError `package_missing`, which says what to install. */
export async function loadStripe(): Promise<StripeLibrary> {
  // Inside a try, bundlers take the import for optional.
  try {
    return (await import("stripe")) as unknown as StripeLibrary;
  } catch (cause) {
    const message = "stripe-entitlements needs the package stripe. Install it: npm install stripe";
    throw new StripeEntitlementsError("package_missing", message, cause);
  }
}
