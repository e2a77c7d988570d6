import type { ProviderFront } from "./front.ts";
import { bearerCredential } from "./bearer-credential.ts";
import { answerForm, plainValue } from "./query-values.ts";

/** google.rpc.Code names by HTTP status: https://cloud.google.com/apis/design/errors */
function rpcStatus(status: number): string {
  if (status === 401) return "UNAUTHENTICATED";
  if (status === 403) return "PERMISSION_DENIED";
  if (status === 404) return "NOT_FOUND";
  if (status === 402 || status === 429) return "RESOURCE_EXHAUSTED";
  if (status === 504) return "DEADLINE_EXCEEDED";
  return status >= 500 ? "UNAVAILABLE" : "INVALID_ARGUMENT";
}

/** Google Gemini API: https://ai.google.dev/api */
export const google: ProviderFront = {
  provider: "google",
  basePath: "/google",
  destination: "https://generativelanguage.googleapis.com",
  credentials(headers) {
    const apiKey = headers["x-goog-api-key"];
    const found = bearerCredential(headers.authorization);
    return typeof apiKey === "string" && apiKey !== "" ? [apiKey, ...found] : found;
  },
  allowedQuery: new Map([
    ["alt", answerForm],
    ["pageSize", plainValue],
    ["pageToken", plainValue],
  ]),
  authorization: (secret) => ["x-goog-api-key", secret],
  errorBody: (refusal, requestId) => ({
    error: {
      code: refusal.status,
      message: refusal.message,
      status: rpcStatus(refusal.status),
      details: [
        { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: refusal.code, domain: "meterr" },
        { "@type": "type.googleapis.com/google.rpc.RequestInfo", requestId },
      ],
    },
  }),
  errorEvent(refusal, requestId) {
    return `data: ${JSON.stringify(this.errorBody(refusal, requestId))}\r\n\r\n`;
  },
  requestHeaders: new Set(["x-goog-api-client"]),
  responseHeaders: ["server-timing", "retry-after"],
  upstreamRequestIdHeaders: ["x-request-id"],
};
