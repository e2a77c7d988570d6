import type { HandlerResult } from "../route.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";

/** A whole answer except for its headers from the gates: made before the commit, so that a fault still rolls back. */
export interface PreparedAnswer {
  readonly status: number;
  readonly body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null;
  readonly headers: Headers;
}

/** Serialises a handler's result. Throws a TypeError on what cannot be sent. */
export function prepareAnswer(result: HandlerResult, requestId: string, withBody: boolean): PreparedAnswer {
  if (!Number.isInteger(result.status) || result.status < 200 || result.status > 399) {
    throw new TypeError("A handler answered with an impossible status.");
  }
  const headers = new Headers(result.headers);
  const bytes = result.body instanceof Uint8Array || result.body instanceof ReadableStream;
  if (bytes && !headers.has("content-type")) throw new TypeError("Bytes need a content-type.");
  if (!bytes && result.body !== undefined) headers.set("content-type", "application/json");
  for (const name in SECURITY_HEADERS) headers.set(name, SECURITY_HEADERS[name] ?? "");
  headers.set("x-request-id", requestId);
  const silent = !withBody || result.status === 204 || result.status === 304;
  return { status: result.status, body: silent ? null : serialise(result.body), headers };
}

function serialise(body: unknown): PreparedAnswer["body"] {
  if (body === undefined) return null;
  if (body instanceof Uint8Array) return body as Uint8Array<ArrayBuffer>;
  if (body instanceof ReadableStream) return body;
  return JSON.stringify(body);
}
