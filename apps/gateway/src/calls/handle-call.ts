import { randomUUIDv7 } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { boundCost, editTopLevel, type Inspection, type Priced } from "@meterr/metering";
import { findEndpoint } from "../fronts/find-endpoint.ts";
import type { ProviderFront } from "../fronts/front.ts";
import { ClientGone, readBody } from "../http/read-body.ts";
import { refuseAmbiguousHeaders } from "../http/refuse-ambiguous-headers.ts";
import { sendRefusal } from "../http/send-refusal.ts";
import type { VirtualKey } from "../keys/virtual-key.ts";
import { Refusal } from "../refusal.ts";
import { authenticate } from "./authenticate.ts";
import { chooseDestination } from "./choose-destination.ts";
import type { CallDeps } from "./call-deps.ts";
import { dispatchCall } from "./dispatch-call.ts";
import { inspectCall } from "./inspect-call.ts";
import { refuseByPolicy } from "./refuse-by-policy.ts";
import { upstreamQuery } from "./upstream-query.ts";
import { withAdmission } from "./with-admission.ts";

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
    refuseAmbiguousHeaders(request);
    if (deps.settlements.full) throw new Refusal("ledger_unavailable", "The ledger is behind. Try again shortly.");
    key = await authenticate(request, call.query, front, deps);
    const endpoint = findEndpoint(front, call.path, request.method);
    endpointName = endpoint.name;
    const query = upstreamQuery(front, call.query);
    const body = endpoint.method === "POST" ? await readBody(request, deps.settings.maxBodyBytes) : null;
    const inspection = body === null ? null : inspectCall(front, endpoint, body, request.headers, key);
    model = inspection?.model ?? null;
    if (inspection !== null) refuseByPolicy(inspection, request.headers, key);
    const route = await chooseDestination(key, front, deps);
    const price = inspection === null || endpoint.free ? null : await priceOf(key, front, inspection, deps);
    const bound = inspection === null || price === null ? null : boundCost(inspection, price);
    const asked = { id, front, endpoint, key, route, inspection, price, bound };
    await withAdmission(asked, deps, (admitted, running) => {
      const edits = inspection === null ? [] : [...inspection.edits, ...admitted.edits];
      const sent = body === null ? null : editTopLevel(body, edits);
      const target = `${route.destination.basePath}${endpoint.upstreamPath}${query}`;
      dispatchCall({ ...asked, admitted, body: sent, target }, running, request, response, deps);
    });
  } catch (error) {
    if (error instanceof ClientGone) return;
    const refusal = asRefusal(error, deps);
    deps.metrics.refused(front.provider, refusal.code);
    if (key !== null) {
      const simulated = key.mode === "test";
      const about = { id, org: key.orgId, virtualKey: key.id, member: key.memberId, simulated, requestId: id };
      const what = { provider: front.provider, endpoint: endpointName, model, code: refusal.code };
      deps.settlements.refuse({ ...about, ...what, status: refusal.status, occurredAt: new Date(deps.now()) });
    }
    sendRefusal(response, front, refusal, id, { request });
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
      "No price is known for this model, so its cost cannot be counted. An administrator can set one in the dashboard, under Settings.",
    );
  }
  return price;
}

function asRefusal(error: unknown, deps: CallDeps): Refusal {
  if (error instanceof Refusal) return error;
  deps.report(error);
  return new Refusal("ledger_unavailable", "The gateway could not take this call. Try again shortly.", { status: 503 });
}
