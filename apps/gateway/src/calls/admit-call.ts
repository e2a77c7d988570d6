import { LedgerError } from "@meterr/ledger";
import {
  boundCost,
  encodingOf,
  limitOutput,
  outputPerChoice,
  type Bound,
  type Edit,
  type Inspection,
  type Priced,
} from "@meterr/metering";
import type { Endpoint } from "../fronts/find-endpoint.ts";
import type { ProviderFront } from "../fronts/front.ts";
import type { VirtualKey } from "../keys/virtual-key.ts";
import { Refusal } from "../refusal.ts";
import type { CallDeps } from "./call-deps.ts";
import type { Route } from "./choose-destination.ts";

export interface AdmissionRequest {
  readonly id: string;
  readonly front: ProviderFront;
  readonly endpoint: Endpoint;
  readonly key: VirtualKey;
  readonly route: Route;
  readonly inspection: Inspection | null;
  readonly price: Priced | null;
  readonly bound: Bound | null;
}

export interface Admitted {
  /** Edits that hold the provider to what was reserved. */
  readonly edits: readonly Edit[];
  /** Output tokens per choice when the reservation lowered them, else null. */
  readonly loweredTo: number | null;
}

/** What a call that costs nothing is admitted with. */
const NOTHING: Pick<Bound, "inputMicro" | "outputPrice" | "outputTokens" | "lowerable" | "mustSend"> = {
  inputMicro: 0n,
  outputPrice: 0n,
  outputTokens: 0,
  lowerable: false,
  mustSend: false,
};

/**
 * Reserves the most the call can cost on every budget that binds it, and writes the admission before dispatch.
 * The bound by bytes is tried first; only when it does not fit is the text counted exactly. Throws Refusal.
 */
export async function admitCall(call: AdmissionRequest, deps: CallDeps): Promise<Admitted> {
  const first = await reserve(call, call.bound ?? NOTHING, deps);
  if (first !== null) return first;
  const exact = await countedBound(call, deps);
  const second = exact === null ? null : await reserve(call, exact, deps);
  if (second !== null) return second;
  throw new Refusal(
    "budget_exceeded",
    "The money limit leaves no room for what this call could cost. Lower the output limit of the request, or ask for a higher money limit.",
  );
}

/** Null when it does not fit. */
async function reserve(call: AdmissionRequest, bound: typeof NOTHING, deps: CallDeps): Promise<Admitted | null> {
  const answer = await deps.ledger
    .admit({
      id: call.id,
      org: call.key.orgId,
      virtualKey: call.key.id,
      providerSecret: call.route.providerSecretId,
      provider: call.front.provider,
      endpoint: call.endpoint.name,
      model: call.inspection?.model ?? "",
      simulated: call.route.destination.simulated,
      stream: call.inspection?.stream ?? false,
      requestId: call.id,
      priceVersion: call.price?.version ?? null,
      inputMicro: bound.inputMicro,
      outputPrice: bound.outputPrice,
      outputTokens: bound.outputTokens,
      lowerable: bound.lowerable,
    })
    .catch((error: unknown) => {
      deps.report(error);
      // Should the admission stand although its answer was lost, it is released: nothing is dispatched.
      if (error instanceof LedgerError && error.uncertain) deps.settlements.release(call.key.orgId, call.id);
      throw new Refusal(
        "ledger_unavailable",
        "The ledger does not answer, so no call is let through. Try again shortly.",
      );
    });
  switch (answer.verdict) {
    case "ok":
      return admitted(call, bound, answer.outputTokens, deps);
    case "budget_exceeded":
      return null;
    case "key_expired":
      throw new Refusal("key_expired", "This virtual key has expired.");
    case "secret_revoked":
      throw new Refusal("destination_refused", "The provider secret of this virtual key was revoked.", { status: 403 });
    default:
      throw new Refusal("key_revoked", "This virtual key was revoked or suspended.");
  }
}

function admitted(call: AdmissionRequest, bound: typeof NOTHING, granted: number, deps: CallDeps): Admitted {
  const { inspection } = call;
  const lowered = granted < bound.outputTokens;
  if (inspection === null || (!lowered && !(bound.mustSend && call.key.limited))) return { edits: [], loweredTo: null };
  const each = outputPerChoice(inspection, granted);
  if (each === null) {
    deps.settlements.release(call.key.orgId, call.id);
    throw new Refusal("budget_exceeded", "The money limit leaves no room for even one output token of each choice.");
  }
  return { edits: limitOutput(inspection, each), loweredTo: each };
}

/** The bound by an exact count of the text, where the provider's tokenizer is public; else null. */
async function countedBound(call: AdmissionRequest, deps: CallDeps): Promise<Bound | null> {
  const { inspection, price } = call;
  if (inspection === null || price === null || call.front.provider !== "openai") return null;
  const encoding = encodingOf(inspection.model);
  if (encoding === null) return null;
  const counted = await deps.counter.count(inspection.input.texts, encoding);
  // An estimate bounds nothing.
  return counted.exact ? boundCost(inspection, price, counted.tokens) : null;
}
