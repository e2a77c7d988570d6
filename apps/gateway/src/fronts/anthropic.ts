import type { ProviderFront } from "./front.ts";
import { bearerCredential } from "./bearer-credential.ts";
import { plainValue } from "./query-values.ts";

/** Anthropic error types by status: https://docs.anthropic.com/en/api/errors */
function errorType(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 402) return "billing_error";
  if (status === 403) return "permission_error";
  if (status === 404) return "not_found_error";
  if (status === 413) return "request_too_large";
  if (status === 429) return "rate_limit_error";
  if (status === 504) return "timeout_error";
  return status >= 500 ? "api_error" : "invalid_request_error";
}

/** Anthropic: https://docs.anthropic.com/en/api */
export const anthropic: ProviderFront = {
  provider: "anthropic",
  basePath: "/anthropic",
  destination: "https://api.anthropic.com",
  credentials(headers) {
    const apiKey = headers["x-api-key"];
    const found = bearerCredential(headers.authorization);
    return typeof apiKey === "string" && apiKey !== "" ? [apiKey, ...found] : found;
  },
  allowedQuery: new Map([
    ["beta", plainValue],
    ["limit", plainValue],
    ["after_id", plainValue],
    ["before_id", plainValue],
  ]),
  authorization: (secret) => ["x-api-key", secret],
  errorBody: (refusal, requestId) => ({
    type: "error",
    error: { type: errorType(refusal.status), message: `${refusal.message} [${refusal.code}]` },
    request_id: requestId,
  }),
  errorEvent(refusal, requestId) {
    return `event: error\ndata: ${JSON.stringify(this.errorBody(refusal, requestId))}\n\n`;
  },
  requestHeaders: new Set(["anthropic-version", "anthropic-beta"]),
  responseHeaders: ["anthropic-ratelimit-*", "retry-after"],
  upstreamRequestIdHeaders: ["request-id", "x-request-id"],
};
