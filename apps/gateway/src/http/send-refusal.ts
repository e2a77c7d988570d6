import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { ProviderFront } from "../fronts/front.ts";
import type { Refusal } from "../refusal.ts";
import { endAfterBody } from "./end-after-body.ts";

export interface RefusalOptions {
  readonly headers?: OutgoingHttpHeaders;
  /** The request it answers, while its body may not have been read. */
  readonly request?: IncomingMessage;
}

/** The body of a refusal: the provider's own shape, or outside any provider a problem document (RFC 9457). */
export function refusalBody(front: ProviderFront | null, refusal: Refusal, requestId: string): string {
  return JSON.stringify(
    front?.errorBody(refusal, requestId) ?? {
      type: "about:blank",
      title: refusal.code,
      status: refusal.status,
      detail: refusal.message,
      request_id: requestId,
    },
  );
}

export function refusalHeaders(front: ProviderFront | null, refusal: Refusal, requestId: string): OutgoingHttpHeaders {
  return {
    "content-type": front === null ? "application/problem+json" : "application/json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-request-id": requestId,
    "x-meterr-code": refusal.code,
    ...(refusal.retryable ? {} : { "x-should-retry": "false" }),
    ...(refusal.retryAfterSeconds === null ? {} : { "retry-after": String(refusal.retryAfterSeconds) }),
    ...(refusal.status === 401 ? { "www-authenticate": 'Bearer realm="meterr"' } : {}),
    ...(refusal.allow === null ? {} : { allow: refusal.allow }),
  };
}

/** Answers a call with a refusal. */
export function sendRefusal(
  response: ServerResponse,
  front: ProviderFront | null,
  refusal: Refusal,
  requestId: string,
  options: RefusalOptions = {},
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const { request } = options;
  const unread = request !== undefined && !request.readableEnded && hasBody(request);
  const body = refusalBody(front, refusal, requestId);
  response.writeHead(refusal.status, {
    ...options.headers,
    ...refusalHeaders(front, refusal, requestId),
    "content-length": Buffer.byteLength(body),
    ...(unread ? { connection: "close" } : {}),
  });
  if (unread) endAfterBody(request, response, body);
  else response.end(body);
}

function hasBody(request: IncomingMessage): boolean {
  const length = request.headers["content-length"];
  return request.headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
}
