import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { ProviderFront } from "../fronts/front.ts";

/** The provider's response headers that a client may see, each on the front's list; everything else stays here. */
export function allowedResponseHeaders(front: ProviderFront, headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const allowed: OutgoingHttpHeaders = {};
  for (const pattern of front.responseHeaders) {
    if (!pattern.endsWith("*")) {
      const value = headers[pattern];
      if (value !== undefined) allowed[pattern] = value;
      continue;
    }
    const prefix = pattern.slice(0, -1);
    for (const name in headers) {
      const value = headers[name];
      if (name.startsWith(prefix) && value !== undefined) allowed[name] = value;
    }
  }
  // A provider that packs its answer although asked not to: the client must be able to unpack it.
  for (const name of ["content-type", "content-encoding"]) {
    const value = headers[name];
    if (value !== undefined) allowed[name] = value;
  }
  return allowed;
}

/** The provider's own id of the call, bounded, for the event. */
export function upstreamRequestId(front: ProviderFront, headers: IncomingHttpHeaders): string | null {
  for (const name of front.upstreamRequestIdHeaders) {
    const value = headers[name];
    if (typeof value === "string" && /^[\x21-\x7e]{1,128}$/.test(value)) return value;
  }
  return null;
}
