import type { Inspection } from "@meterr/metering";
import type { IncomingHttpHeaders } from "node:http";
import type { VirtualKey } from "../keys/virtual-key.ts";
import { Refusal } from "../refusal.ts";

/** Beta switches that change no price. Under a limit any other could, and is refused. */
const PRICELESS_BETAS = new Set([
  "prompt-caching-2024-07-31",
  "token-counting-2024-11-01",
  "output-128k-2025-02-19",
  "interleaved-thinking-2025-05-14",
  "fine-grained-tool-streaming-2025-05-14",
  "extended-cache-ttl-2025-04-11",
  "responses=v1",
]);
const BETA_HEADERS = ["anthropic-beta", "openai-beta"];

/** Throws Refusal for a model the virtual key may not use, and under a limit for what cannot be bounded. */
export function refuseByPolicy(inspection: Inspection, headers: IncomingHttpHeaders, key: VirtualKey): void {
  if (key.allowedModels !== null && !key.allowedModels.includes(inspection.model)) {
    throw new Refusal(
      "model_not_allowed",
      `This virtual key may not use this model. Allowed: ${key.allowedModels.join(", ")}.`,
    );
  }
  if (key.limited) refuseUnbounded(inspection, headers);
}

function refuseUnbounded(inspection: Inspection, headers: IncomingHttpHeaders): void {
  if (inspection.notMetered !== null) {
    throw new Refusal(
      "not_metered",
      `Under a money limit, ${inspection.notMetered} is refused: what it costs cannot be bounded beforehand. ` +
        "Leave it out, or use a virtual key without a limit.",
    );
  }
  for (const name of BETA_HEADERS) {
    const value = headers[name];
    if (typeof value !== "string") continue;
    for (const beta of value.split(",")) {
      if (!PRICELESS_BETAS.has(beta.trim())) {
        throw new Refusal(
          "not_metered",
          `Under a money limit, the header ${name} may carry only beta switches known to change no price.`,
        );
      }
    }
  }
}
