import { inspectRequest, MeteringError, type Inspection } from "@meterr/metering";
import type { IncomingHttpHeaders } from "node:http";
import type { Endpoint } from "../fronts/find-endpoint.ts";
import type { ProviderFront } from "../fronts/front.ts";
import type { VirtualKey } from "../keys/virtual-key.ts";
import { Refusal } from "../refusal.ts";

const JSON_IN_UTF8 = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?$/i;

/** Reads what matters of the body. Throws Refusal for what is malformed. */
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
  return readStrictly(front, endpoint, body, key);
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
