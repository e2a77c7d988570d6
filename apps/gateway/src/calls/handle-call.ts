import { randomUUIDv7 } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { boundCost, editTopLevel, type Inspection, type Priced } from "@meterr/metering";
import { findEndpoint } from "../fronts/find-endpoint.ts";
import type { ProviderFront } from "../fronts/front.ts";
import { readBody } from "../http/read-body.ts";
import { refuseRepeatedHeaders } from "../http/repeated-headers.ts";
import { sendRefusal } from "../http/send-refusal.ts";
import type { VirtualKey } from "../keys/virtual-key.ts";
import { Refusal } from "../refusal.ts";
import { admitCall } from "./admit-call.ts";
import { authenticate } from "./authenticate.ts";
import { chooseDestination } from "./choose-destination.ts";
import type { CallDeps } from "./call-deps.ts";
import { dispatchCall } from "./dispatch-call.ts";
import { inspectCall } from "./inspect-call.ts";
import { upstreamQuery } from "./upstream-query.ts";

/** A request under a provider's base path. */
export interface IncomingCall {
  readonly front: ProviderFront;
  /** Path below the base path. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/**
 * One call from its first byte to its dispatch, in the order of DESIGN section 7: credential, virtual key, policy,
 * body, price, bound, reservation. Whatever goes wrong before dispatch is a refusal and leaves nothing reserved.
 */
export async function handleCall(
  request: IncomingMessage,
  response: ServerResponse,
  call: IncomingCall,
  deps: CallDeps,
): Promise<void> {
  const { front } = call;
  const id = randomUUIDv7();
  let key: VirtualKey | null = null;
  let model: string | null = null;
  let endpointName = "unlisted";
  try {
    refuseRepeatedHeaders(request);
    if (deps.settlements.full) throw new Refusal("ledger_unavailable", "The ledger is behind. Try again shortly.");
    key = await authenticate(request, call.query, front, deps);
    const endpoint = findEndpoint(front, call.path, request.method);
    endpointName = endpoint.name;
    const query = upstreamQuery(front, call.query);
    const body = endpoint.method === "POST" ? await readBody(request, deps.settings.maxBodyBytes) : null;
    const inspection = body === null ? null : inspectCall(front, endpoint, body, request.headers, key);
    model = inspection?.model ?? null;
    const route = await chooseDestination(key, front, deps);
    const price = inspection === null || endpoint.free ? null : await priceOf(key, front, inspection, deps);
    const bound = inspection === null || price === null ? null : boundCost(inspection, price);
    const admitted = await admitCall({ id, front, endpoint, key, route, inspection, price, bound }, deps);
    dispatchCall(
      {
        id,
        front,
        endpoint,
        key,
        route,
        inspection,
        price,
        admitted,
        body:
          body === null || inspection === null ? body : editTopLevel(body, [...inspection.edits, ...admitted.edits]),
        target: `${route.destination.basePath}${endpoint.upstreamPath}${query}`,
      },
      request,
      response,
      deps,
    );
  } catch (error) {
    const refusal = asRefusal(error, deps);
    deps.metrics.refused(front.provider, refusal.code);
    if (key !== null) {
      deps.settlements.refuse({
        id,
        org: key.orgId,
        occurredAt: new Date(deps.now()),
        virtualKey: key.id,
        member: key.memberId,
        simulated: key.mode === "test",
        provider: front.provider,
        endpoint: endpointName,
        model,
        code: refusal.code,
        status: refusal.status,
        requestId: id,
      });
    }
    // An unread body would be taken for the next request on this connection.
    const unread = request.readableEnded ? {} : { connection: "close" };
    sendRefusal(response, front, refusal, id, unread);
  }
}

async function priceOf(key: VirtualKey, front: ProviderFront, inspection: Inspection, deps: CallDeps): Promise<Priced> {
  const price = await deps.prices.priceOf(key.orgId, front.provider, inspection.model).catch((error: unknown) => {
    deps.report(error);
    throw new Refusal("ledger_unavailable", "Prices cannot be read at the moment. Try again shortly.");
  });
  if (price === null) {
    throw new Refusal(
      "model_unpriced",
      "No price is known for this model, so its cost cannot be counted. An administrator can set one under prices.",
    );
  }
  return price;
}

function asRefusal(error: unknown, deps: CallDeps): Refusal {
  if (error instanceof Refusal) return error;
  deps.report(error);
  return new Refusal("ledger_unavailable", "The gateway could not take this call. Try again shortly.", { status: 503 });
}
