import { inspectRequest, MeteringError, type Inspection } from "@meterr/metering";
import type { IncomingHttpHeaders } from "node:http";
import type { Endpoint } from "../fronts/find-endpoint.ts";
import type { ProviderFront } from "../fronts/front.ts";
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

/** Reads what matters of the body. Throws Refusal for what is malformed, not allowed, or under a limit not metered. */
export function inspectCall(
  front: ProviderFront,
  endpoint: Endpoint,
  body: Buffer,
  headers: IncomingHttpHeaders,
  key: VirtualKey,
): Inspection {
  const type = headers["content-type"];
  if (type === undefined || !/^application\/json\s*(;|$)/i.test(type)) {
    throw new Refusal("request_invalid", "Send the body as application/json.", { status: 415 });
  }
  let inspection: Inspection;
  try {
    inspection = inspectRequest(front.provider, endpoint.name, body, {
      limited: key.limited,
      ...(endpoint.pathModel === null ? {} : { model: endpoint.pathModel }),
    });
  } catch (error) {
    if (error instanceof MeteringError) throw new Refusal("request_invalid", error.message);
    throw error;
  }
  const { model } = inspection;
  if (key.allowedModels !== null && !key.allowedModels.includes(model)) {
    throw new Refusal(
      "model_not_allowed",
      `This virtual key may not use this model. Allowed: ${key.allowedModels.join(", ")}.`,
    );
  }
  if (key.limited) refuseUnbounded(inspection, headers);
  return inspection;
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
