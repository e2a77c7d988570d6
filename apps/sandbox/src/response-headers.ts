import type { Provider } from "./exchange.ts";

/** Far enough above any test's traffic; the sandbox itself never limits. */
const REQUESTS = "10000";
const TOKENS = "10000000";

/** The headers a provider sends with every answer, and the mark that this one is simulated. */
export function responseHeaders(
  provider: Provider,
  requestId: string,
  elapsedMs: number,
  now: Date,
): Record<string, string> {
  switch (provider) {
    case "openai":
      return {
        "x-sandbox": "simulated",
        "x-request-id": requestId,
        "openai-processing-ms": String(Math.max(1, Math.round(elapsedMs))),
        "openai-version": "2020-10-01",
        "openai-organization": "sandbox",
        "x-ratelimit-limit-requests": REQUESTS,
        "x-ratelimit-remaining-requests": "9999",
        "x-ratelimit-limit-tokens": TOKENS,
        "x-ratelimit-remaining-tokens": "9999999",
        "x-ratelimit-reset-requests": "6ms",
        "x-ratelimit-reset-tokens": "0s",
      };
    case "anthropic": {
      const reset = `${now.toISOString().slice(0, 19)}Z`;
      return {
        "x-sandbox": "simulated",
        "request-id": requestId,
        "anthropic-organization-id": "00000000-0000-4000-8000-000000000000",
        "anthropic-ratelimit-requests-limit": REQUESTS,
        "anthropic-ratelimit-requests-remaining": "9999",
        "anthropic-ratelimit-requests-reset": reset,
        "anthropic-ratelimit-tokens-limit": TOKENS,
        "anthropic-ratelimit-tokens-remaining": "9999000",
        "anthropic-ratelimit-tokens-reset": reset,
        "anthropic-ratelimit-input-tokens-limit": TOKENS,
        "anthropic-ratelimit-input-tokens-remaining": "9999000",
        "anthropic-ratelimit-input-tokens-reset": reset,
        "anthropic-ratelimit-output-tokens-limit": TOKENS,
        "anthropic-ratelimit-output-tokens-remaining": "9999000",
        "anthropic-ratelimit-output-tokens-reset": reset,
      };
    }
    case "google":
      return {
        "x-sandbox": "simulated",
        "x-request-id": requestId,
        "server-timing": `gfet4t7; dur=${Math.max(1, Math.round(elapsedMs))}`,
        "x-content-type-options": "nosniff",
      };
  }
}
