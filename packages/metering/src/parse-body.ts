import { MeteringError } from "./errors.ts";
import { isObject, type JsonObject } from "./json.ts";
import { findNameFault } from "./json-names.ts";
import { childPath } from "./fields/visit.ts";

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const FAULTS = {
  duplicate: "A member is given twice in one object",
  proto: "A member has a name that is not allowed",
  depth: "The body is nested too deeply",
};

/**
 * The request body as a JSON object. UTF-8 is decoded strictly and a byte order mark is not JSON. With `strict`, no
 * member name may stand twice in one object at any depth.
 * @throws MeteringError `body_invalid`; the path is the member's name alone.
 */
export function parseBody(raw: Uint8Array, strict: boolean): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(UTF8.decode(raw));
  } catch {
    throw new MeteringError("body_invalid", "The body is not valid JSON in UTF-8");
  }
  if (!isObject(value)) throw new MeteringError("body_invalid", "The body is not a JSON object");
  const fault = findNameFault(raw, strict);
  if (fault !== null) {
    throw new MeteringError("body_invalid", FAULTS[fault.kind], fault.name === "" ? null : childPath("", fault.name));
  }
  return value;
}
