import type { IncomingHttpHeaders } from "node:http";
import type { Secret } from "@meterr/vault";
import type { ProviderFront } from "../fronts/front.ts";

/** Headers sent to the provider, as undici's flat list: the allow-listed ones, and the provider secret last. */
export function upstreamHeaders(
  front: ProviderFront,
  incoming: IncomingHttpHeaders,
  secret: Secret,
  hasBody: boolean,
  requestId: string,
): string[] {
  // Identity: the tap reads usage from the bytes as they pass.
  const headers = [
    "accept",
    incoming.accept ?? "application/json",
    "accept-encoding",
    "identity",
    "user-agent",
    "meterr",
  ];
  if (hasBody) headers.push("content-type", "application/json");
  headers.push("x-client-request-id", requestId);
  for (const name of front.requestHeaders) {
    const value = incoming[name];
    if (typeof value === "string") headers.push(name, value);
  }
  headers.push(...front.authorization(secret.reveal()));
  return headers;
}
