import { randomUUIDv7 } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { CallDeps } from "../calls/call-deps.ts";
import { handleCall } from "../calls/handle-call.ts";
import { findFront } from "../fronts/find-front.ts";
import { Refusal } from "../refusal.ts";
import { hostAllowed } from "./host-allowed.ts";
import { sendRefusal } from "./send-refusal.ts";

/** Metrics are for this machine: a proxy in front passes its public name on, and is refused. */
const NOT_PROXIED: ReadonlySet<string> = new Set();

export interface RequestOptions {
  readonly allowedHosts: ReadonlySet<string>;
  readonly deps: CallDeps;
  isReady(): boolean;
  isDraining(): boolean;
}

/** Every request the gateway's listener takes: a provider's call, health or metrics. Never throws. */
export function handleRequest(options: RequestOptions, request: IncomingMessage, response: ServerResponse): void {
  route(options, request, response).catch((error: unknown) => {
    options.deps.report(error);
    response.destroy();
  });
}

async function route(options: RequestOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.on("error", () => undefined);
  if (!hostAllowed(request.headers.host, options.allowedHosts)) {
    refuse(request, response, new Refusal("not_found", "This host name is not served here.", { status: 421 }));
    return;
  }
  const target = request.url ?? "/";
  const mark = target.indexOf("?");
  const path = mark === -1 ? target : target.slice(0, mark);
  const found = findFront(path);
  if (found !== null) {
    if (options.isDraining()) {
      const restarting = new Refusal("ledger_unavailable", "The gateway is restarting. Try again shortly.");
      sendRefusal(response, found.front, restarting, randomUUIDv7(), { request, headers: { connection: "close" } });
      return;
    }
    const query = new URLSearchParams(mark === -1 ? "" : target.slice(mark + 1));
    await handleCall(request, response, { front: found.front, path: found.rest, query }, options.deps);
    return;
  }
  if (path === "/healthz") {
    const ready = options.isReady() && !options.isDraining();
    json(response, ready ? 200 : 503, { status: ready ? "ok" : "starting" });
    return;
  }
  if (
    path === "/metrics" &&
    isLoopback(request.socket.remoteAddress) &&
    hostAllowed(request.headers.host, NOT_PROXIED)
  ) {
    const body = await options.deps.metrics.registry.metrics();
    response.writeHead(200, { "content-type": options.deps.metrics.registry.contentType });
    response.end(body);
    return;
  }
  const bases = "Nothing is here. Base URLs are /openai/v1, /anthropic and /google.";
  refuse(request, response, new Refusal("not_found", bases));
}

function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  sendRefusal(response, null, refusal, randomUUIDv7(), { request, headers: { connection: "close" } });
}

function json(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}

function isLoopback(address: string | undefined): boolean {
  return address === "127.0.0.1" || address === "::1" || address === "::ffff:127.0.0.1";
}
