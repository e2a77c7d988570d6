import { randomUUIDv7 } from "node:crypto";
import { STATUS_CODES, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { Refusal } from "../refusal.ts";
import { refusalBody, refusalHeaders } from "./send-refusal.ts";

/** Answers what the parser refuses, or gives up waiting for, in the same shape as any other refusal outside a provider. */
export function refuseUnparsed(server: Server): void {
  const latest = new WeakMap<Duplex, ServerResponse>();
  server.on("request", (request, response) => latest.set(request.socket, response));
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    const response = latest.get(socket);
    const answering = response !== undefined && !response.writableFinished;
    // An answer under way must not be mixed with this one; only a fault in the request's own body is its answer.
    if (!socket.writable || (answering && (response.headersSent || response.req.complete))) {
      socket.destroy(error);
      return;
    }
    socket.end(document(refusalOf(error.code)), () => socket.destroy());
  });
}

function refusalOf(code: string | undefined): Refusal {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return new Refusal("request_invalid", "The request did not arrive in time.", { status: 408 });
  }
  if (code === "HPE_HEADER_OVERFLOW") {
    return new Refusal("request_invalid", "The request headers are too large.", { status: 431 });
  }
  return new Refusal("request_invalid", "The request is not well-formed HTTP.");
}

function document(refusal: Refusal): string {
  const requestId = randomUUIDv7();
  const body = refusalBody(null, refusal, requestId);
  const headers = { ...refusalHeaders(null, refusal, requestId), "content-length": body.length, connection: "close" };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`);
  return [`HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ""}`, ...lines, "", body].join("\r\n");
}
