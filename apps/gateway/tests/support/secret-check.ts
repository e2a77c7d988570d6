import type { IncomingHttpHeaders } from "node:http";

/** A request as a provider received it. */
export interface ReceivedCall {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Where each provider lists its models, and the header that bears its secret. */
const checks: Readonly<Record<string, string>> = {
  "/models": "authorization",
  "/v1/models": "x-api-key",
  "/v1beta/models": "x-goog-api-key",
};
const besidesTheSecret = ["accept", "anthropic-version", "connection", "host"];

/**
 * Whether this is the key service trying a fresh provider secret, which it does whenever it finds the time: a listing
 * of models that says nothing but the secret. A call that acts for a virtual key bears the gateway's id of it.
 */
export function isSecretCheck({ method, url, headers, body }: ReceivedCall): boolean {
  const bearer = checks[url];
  if (method !== "GET" || bearer === undefined || body !== "") return false;
  return Object.keys(headers).toSorted().join() === [...besidesTheSecret, bearer].toSorted().join();
}
