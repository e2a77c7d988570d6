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
const JSON_IN_UTF8 = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?$/i;
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
  if (type === undefined || !JSON_IN_UTF8.test(type)) {
    throw new Refusal("request_invalid", "Send the body as application/json in UTF-8.", { status: 415 });
  }
  const inspection = readStrictly(front, endpoint, body, key);
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

/** A member given twice reads differently upstream: whoever is held to a limit or to models must not give one. */
function readStrictly(front: ProviderFront, endpoint: Endpoint, body: Buffer, key: VirtualKey): Inspection {
  const model = endpoint.pathModel === null ? {} : { model: endpoint.pathModel };
  const read = (limited: boolean): Inspection =>
    inspectRequest(front.provider, endpoint.name, body, { limited, ...model });
  const strict = key.limited || key.allowedModels !== null;
  try {
    const inspection = read(strict);
    return strict && !key.limited ? read(false) : inspection;
  } catch (error) {
    if (!(error instanceof MeteringError)) throw error;
    throw new Refusal(strict && isReadable(() => read(false)) ? "not_metered" : "request_invalid", error.message);
  }
}

function isReadable(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
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
