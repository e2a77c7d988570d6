import type { IncomingMessage } from "node:http";
import { Refusal } from "../refusal.ts";

/** Headers of which a second line would let two readers of the request disagree. */
const single = new Set([
  "authorization",
  "x-api-key",
  "x-goog-api-key",
  "content-type",
  "content-encoding",
  "content-length",
  "host",
  "origin",
]);

/** More than any SDK sends. The server is told to parse no more, and would silently leave out the rest. */
export const MAX_HEADERS = 100;

/**
 * Refuses a request that carries any of these headers twice (Node would silently keep the first), too many of them,
 * or a transfer coding besides chunked (RFC 9112 section 6.1). Throws Refusal.
 */
export function refuseAmbiguousHeaders(request: IncomingMessage): void {
  const seen = new Set<string>();
  const coding = request.headers["transfer-encoding"];
  if (coding !== undefined && coding.toLowerCase() !== "chunked") {
    throw new Refusal("request_invalid", "The only transfer-encoding taken is chunked.");
  }
  const raw = request.rawHeaders;
  if (raw.length >= MAX_HEADERS * 2) {
    throw new Refusal("request_invalid", "The request has too many headers.", { status: 431 });
  }
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] ?? "").toLowerCase();
    if (!single.has(name)) continue;
    if (seen.has(name)) throw new Refusal("request_invalid", `The header ${name} stands in the request twice.`);
    seen.add(name);
  }
}
