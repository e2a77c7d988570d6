import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { CallDeps } from "./call-deps.ts";
import { errorBodyJudge } from "./judge-error-body.ts";
import { freeReader, plainReader } from "./plain-reader.ts";
import type { PreparedCall } from "./prepared-call.ts";
import { settlementOf } from "./settlement.ts";
import type { RunningCall } from "./running-calls.ts";
import { streamReader } from "./stream-reader.ts";
import { UpstreamCall } from "./upstream-call.ts";
import { upstreamHeaders } from "./upstream-headers.ts";
import type { UsageReader } from "./usage-reader.ts";

/** Sends an admitted call on its way; from here on it ends in exactly one settlement. */
export function dispatchCall(
  call: PreparedCall,
  running: RunningCall,
  request: IncomingMessage,
  response: ServerResponse,
  deps: CallDeps,
): void {
  const { settings } = deps;
  const startedAt = deps.now();
  const stream = call.inspection?.stream ?? false;
  const events = stream && sendsEvents(call);
  const reader = readerFor(call, { stream, events, maxBytes: settings.maxResponseBytes });
  const upstream = new UpstreamCall({
    response,
    front: call.front,
    requestId: call.id,
    events,
    reader,
    headers: ownHeaders(call),
    judgeErrorBody: errorBodyJudge(call.route.secret),
    drainTimeout: settings.drainTimeout,
    revokedDrainTimeout: settings.revokedDrainTimeout,
    stallTimeout: settings.clientStallTimeout,
    now: deps.now,
    onEnd(outcome) {
      deps.running.leave(running);
      const settlement = settlementOf(
        { id: call.id, price: call.price, free: call.endpoint.free, durationMs: Math.round(deps.now() - startedAt) },
        outcome,
        reader,
      );
      deps.settlements.settle(call.key.orgId, settlement);
      deps.metrics.settled(call.front.provider, settlement.outcome, settlement.usage_source, outcome.ttfbMs);
    },
  });
  running.attend(upstream);
  deps.outbound.dispatcher.dispatch(
    {
      origin: call.route.destination.origin,
      path: call.target,
      method: call.endpoint.method,
      headers: upstreamHeaders(call.front, request.headers, call.route.secret, call.body !== null, call.id),
      body: call.body,
      headersTimeout: settings.upstreamHeadersTimeout,
      bodyTimeout: settings.upstreamIdleTimeout,
    },
    upstream,
  );
}

/** Google streams a JSON array unless it is asked for events. */
function sendsEvents(call: PreparedCall): boolean {
  return call.endpoint.name !== "streamGenerateContent" || /[?&]alt=sse(?:&|$)/.test(call.target);
}

function readerFor(call: PreparedCall, about: { stream: boolean; events: boolean; maxBytes: number }): UsageReader {
  if (call.endpoint.free || call.inspection === null) return freeReader();
  const { name } = call.endpoint;
  if (!about.stream) return plainReader(name, about.maxBytes);
  return streamReader(name, {
    removeUsage: !call.inspection.wantsUsage && name === "chat.completions",
    sse: about.events,
  });
}

/** Our own headers on every answer: the request's id, and what the ledger changed. */
function ownHeaders(call: PreparedCall): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { "x-request-id": call.id, "cache-control": "no-store" };
  if (call.route.destination.simulated) headers["x-meterr-simulated"] = "true";
  if (call.admitted.loweredTo !== null) headers["x-meterr-max-output-tokens"] = String(call.admitted.loweredTo);
  return headers;
}
