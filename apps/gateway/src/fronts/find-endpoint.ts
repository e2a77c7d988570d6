import { matchEndpoint, type Endpoint as MeteredEndpoint } from "@meterr/metering";
import { Refusal } from "../refusal.ts";
import type { ProviderFront } from "./front.ts";

/** An endpoint of the closed table: what the gateway knows how to meter and to bound. */
export interface Endpoint {
  /** Stable name, written to the event. */
  readonly name: MeteredEndpoint;
  readonly method: "GET" | "POST";
  /** Path below the provider's destination, beginning with a slash. */
  readonly upstreamPath: string;
  /** Model named in the path (Google), else null and the body names it. */
  readonly pathModel: string | null;
  /** Costs nothing at the provider: listings and token counts. */
  readonly free: boolean;
}

/**
 * Finds the endpoint in the closed table. Throws Refusal: an endpoint that is not in it may spend what nobody meters
 * (batches, files, fine-tuning) or administer the provider's account, and is not passed on, limit or no limit.
 * Nor is a dot segment, which the provider could take for a way up (RFC 3986 section 5.2.4).
 */
export function findEndpoint(front: ProviderFront, path: string, method: string | undefined): Endpoint {
  const listed = /(?:^|\/)\.{1,2}(?:\/|$)/.test(path) ? [] : (["POST", "GET"] as const);
  for (const candidate of listed) {
    const match = matchEndpoint(front.provider, candidate, path);
    if (match === null) continue;
    if (candidate !== method) {
      throw new Refusal("method_not_allowed", `Use ${candidate} for this endpoint.`, { allow: candidate });
    }
    return {
      name: match.endpoint,
      method: candidate,
      upstreamPath: path,
      pathModel: match.model,
      free: !match.metered,
    };
  }
  throw new Refusal("not_metered", "This endpoint is not metered here, so it is not passed on.", { status: 404 });
}
