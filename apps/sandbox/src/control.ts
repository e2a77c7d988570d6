import type { IncomingMessage, ServerResponse } from "node:http";
import type { Ledger } from "./ledger.ts";

export const CONTROL_PREFIX = "/__sandbox/";

/** The ledger over HTTP, for loopback callers that also name a loopback host (a rebound page does not). */
export function answerControl(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: URLSearchParams,
  ledger: Ledger,
): void {
  if (!isLoopback(request.socket.remoteAddress ?? "") || !LOOPBACK_HOST.test(request.headers.host ?? "")) {
    return send(response, 404, { error: "not found" });
  }
  const call = `${request.method} ${path}`;
  if (call === "GET /__sandbox/calls") return listCalls(response, query.get("since"), ledger);
  if (call === "GET /__sandbox/calls/count") return send(response, 200, ledger.counts());
  if (call === "DELETE /__sandbox/calls") {
    ledger.clear();
    return send(response, 200, ledger.counts());
  }
  send(response, 404, { error: "not found" });
}

const LOOPBACK_HOST = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::\d{1,5})?$/i;

function isLoopback(address: string): boolean {
  return address === "::1" || /^(?:::ffff:)?127\./.test(address);
}

/** `since` is a `seq` (calls after it) or an RFC 3339 time (calls at or after it). */
function listCalls(response: ServerResponse, since: string | null, ledger: Ledger): void {
  if (since === null || /^\d{1,15}$/.test(since))
    return send(response, 200, { calls: ledger.calls(Number(since ?? 0)) });
  const from = Date.parse(since);
  if (Number.isNaN(from)) return send(response, 400, { error: "since must be a call's seq or an RFC 3339 time" });
  send(response, 200, { calls: ledger.calls().filter((call) => Date.parse(call.at) >= from) });
}

export function send(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    "x-sandbox": "simulated",
  });
  response.end(body);
}
