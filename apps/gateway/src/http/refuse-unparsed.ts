import { randomUUIDv7 } from "node:crypto";
import { STATUS_CODES, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { Refusal } from "../refusal.ts";
import { refusalBody, refusalHeaders } from "./send-refusal.ts";

/** Answers what the parser refuses, or gives up waiting for, in the same shape as any other refusal outside a provider. */
export function refuseUnparsed(server: Server): void {
  const latest = new WeakMap<Duplex, ServerResponse>();
  server.on("request", (request, response) => latest.set(request.socket, response));
  const given = new WeakSet<Duplex>();
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    // Whatever else comes on this connection is the same fault again.
    if (given.has(socket)) return;
    given.add(socket);
    const response = latest.get(socket);
    const answering = response !== undefined && !response.writableFinished;
    // Two answers must not be mixed. The fault lies in what follows a good request, or in what follows one that is
    // refused already: that answer is given whole, and nothing after it is read.
    if (answering && (response.req.complete || response.headersSent)) {
      response.once("finish", () => socket.end());
      if (response.headersSent && !response.req.complete) response.end();
      return;
    }
    if (!socket.writable) {
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
