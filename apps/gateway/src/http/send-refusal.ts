import type { ServerResponse } from "node:http";
import type { ProviderFront } from "../fronts/front.ts";
import type { Refusal } from "../refusal.ts";

/** Answers a call with a refusal in the provider's own shape, or as a problem document outside any provider. */
export function sendRefusal(
  response: ServerResponse,
  front: ProviderFront | null,
  refusal: Refusal,
  requestId: string,
  extraHeaders: Record<string, string> = {},
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const body = JSON.stringify(
    front?.errorBody(refusal, requestId) ?? {
      type: "about:blank",
      title: refusal.code,
      status: refusal.status,
      detail: refusal.message,
      request_id: requestId,
    },
  );
  response.writeHead(refusal.status, {
    "content-type": front === null ? "application/problem+json" : "application/json",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-request-id": requestId,
    "x-meterr-code": refusal.code,
    ...(refusal.retryable ? {} : { "x-should-retry": "false" }),
    ...(refusal.retryAfterSeconds === null ? {} : { "retry-after": String(refusal.retryAfterSeconds) }),
    ...(refusal.status === 401 ? { "www-authenticate": 'Bearer realm="meterr"' } : {}),
    ...extraHeaders,
  });
  response.end(body);
}
