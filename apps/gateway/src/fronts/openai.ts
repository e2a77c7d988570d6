import type { ProviderFront } from "./front.ts";
import { bearerCredential } from "./bearer-credential.ts";
import { plainValue } from "./query-values.ts";

/** OpenAI: https://platform.openai.com/docs/api-reference */
export const openai: ProviderFront = {
  provider: "openai",
  basePath: "/openai/v1",
  destination: "https://api.openai.com/v1",
  credentials: (headers) => bearerCredential(headers.authorization),
  allowedQuery: new Map([
    ["limit", plainValue],
    ["after", plainValue],
    ["order", plainValue],
  ]),
  authorization: (secret) => ["authorization", `Bearer ${secret}`],
  errorBody: (refusal, requestId) => ({
    error: {
      message: `${refusal.message} (request ${requestId})`,
      type:
        refusal.status === 401
          ? "authentication_error"
          : refusal.status >= 500
            ? "server_error"
            : "invalid_request_error",
      param: null,
      code: refusal.code,
    },
  }),
  errorEvent(refusal, requestId) {
    return `data: ${JSON.stringify(this.errorBody(refusal, requestId))}\n\n`;
  },
  requestHeaders: new Set(["openai-beta", "idempotency-key"]),
  responseHeaders: ["openai-processing-ms", "openai-version", "x-ratelimit-*", "retry-after", "retry-after-ms"],
  upstreamRequestIdHeaders: ["x-request-id"],
};
