import { Problem } from "../problem.ts";
import { parseStrictJson } from "./strict-json.ts";

const JSON_TYPE = /^application\/json(?:[ \t]*;[ \t]*charset=(?:utf-8|"utf-8"))?[ \t]*$/i;

/** The body as JSON. Throws Problem `unsupported_media_type` or `malformed_json`. */
export function parseJsonBody(request: Request, bytes: Uint8Array): unknown {
  if (!JSON_TYPE.test(request.headers.get("content-type") ?? "")) throw new Problem("unsupported_media_type");
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding.toLowerCase() !== "identity") throw new Problem("unsupported_media_type");
  let text: string;
  try {
    // RFC 8259 §8.1: UTF-8, and no byte order mark, which ignoreBOM leaves in place for the parser to refuse.
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Problem("malformed_json");
  }
  return parseStrictJson(text);
}
