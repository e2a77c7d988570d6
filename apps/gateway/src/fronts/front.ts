import type { IncomingHttpHeaders } from "node:http";
import type { Refusal } from "../refusal.ts";

export type ProviderName = "openai" | "anthropic" | "google";

/** The face one provider's official SDK sees: where its credential stands and how its errors look. */
export interface ProviderFront {
  readonly provider: ProviderName;
  readonly basePath: string;
  /** Where the provider lives unless the provider secret names another allowed destination. */
  readonly destination: string;
  /** Values of every header in which this SDK may carry its credential. */
  credentials(headers: IncomingHttpHeaders): string[];
  /** Query parameters passed on, each with the form of its value. Any other is refused. */
  readonly allowedQuery: ReadonlyMap<string, RegExp>;
  /** The header that carries the provider secret upstream. */
  authorization(secret: string): readonly [name: string, value: string];
  /** Response body in the provider's own error shape. */
  errorBody(refusal: Refusal, requestId: string): unknown;
  /** One server-sent event that ends a running stream with an error. */
  errorEvent(refusal: Refusal, requestId: string): string;
  /** Request headers passed upstream, lower case; content-type and accept always are. */
  readonly requestHeaders: ReadonlySet<string>;
  /** Response headers passed to the client, lower case; a trailing * matches a prefix. */
  readonly responseHeaders: readonly string[];
  /** Names of headers that may carry the provider's own request id. */
  readonly upstreamRequestIdHeaders: readonly string[];
}
