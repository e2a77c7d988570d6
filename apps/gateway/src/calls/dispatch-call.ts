import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { CallDeps } from "./call-deps.ts";
import { errorBodyJudge } from "./judge-error-body.ts";
import { freeReader, plainReader } from "./plain-reader.ts";
import type { PreparedCall } from "./prepared-call.ts";
import { settlementOf } from "./settlement.ts";
import { streamReader } from "./stream-reader.ts";
import { UpstreamCall } from "./upstream-call.ts";
import { upstreamHeaders } from "./upstream-headers.ts";
import type { UsageReader } from "./usage-reader.ts";

/** Sends an admitted call on its way; from here on it ends in exactly one settlement. */
export function dispatchCall(
  call: PreparedCall,
  request: IncomingMessage,
  response: ServerResponse,
  deps: CallDeps,
): void {
  const { settings } = deps;
  const startedAt = deps.now();
  const stream = call.inspection?.stream ?? false;
  const reader = readerFor(call, stream, settings.maxResponseBytes);
  const upstream = new UpstreamCall({
    response,
    front: call.front,
    requestId: call.id,
    stream,
    reader,
    headers: ownHeaders(call),
    judgeErrorBody: errorBodyJudge(call.route.secret),
    drainTimeout: settings.drainTimeout,
    revokedDrainTimeout: settings.revokedDrainTimeout,
    now: deps.now,
    onEnd(outcome) {
      deps.running.delete(running);
      const settlement = settlementOf(
        { id: call.id, price: call.price, free: call.endpoint.free, durationMs: Math.round(deps.now() - startedAt) },
        outcome,
        reader,
      );
      deps.settlements.settle(call.key.orgId, settlement);
      deps.metrics.settled(call.front.provider, settlement.outcome, settlement.usage_source, outcome.ttfbMs);
    },
  });
  const running = {
    id: call.id,
    orgId: call.key.orgId,
    virtualKeyId: call.key.id,
    memberId: call.key.memberId,
    providerSecretId: call.route.providerSecretId,
    endRevoked: () => upstream.endRevoked(),
    abort: () => upstream.abort(),
  };
  deps.running.add(running);
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

function readerFor(call: PreparedCall, stream: boolean, maxBytes: number): UsageReader {
  if (call.endpoint.free || call.inspection === null) return freeReader();
  const { name } = call.endpoint;
  if (!stream) return plainReader(name, maxBytes);
  const sse = name !== "streamGenerateContent" || new URLSearchParams(call.target.split("?")[1]).get("alt") === "sse";
  return streamReader(name, { removeUsage: !call.inspection.wantsUsage && name === "chat.completions", sse });
}

/** Our own headers on every answer: the request's id, and what the ledger changed. */
function ownHeaders(call: PreparedCall): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { "x-request-id": call.id, "cache-control": "no-store" };
  if (call.route.destination.simulated) headers["x-meterr-simulated"] = "true";
  if (call.admitted.loweredTo !== null) headers["x-meterr-max-output-tokens"] = String(call.admitted.loweredTo);
  return headers;
}
