import { AsyncLocalStorage } from "node:async_hooks";
import type { AskOptions, Bridge } from "./contract.ts";

/** What the bridge is made of. */
export interface BridgeParts {
  readonly publicUrl: string;
  readonly gatewayUrl: string;
  readonly sandboxAvailable: boolean;
}

export type RequestHandler = (request: Request) => Promise<Response>;

/** Pages on one side, `/api/v1` on the other, and between them nothing but requests. */
export interface BridgeSide {
  /** Runs work on behalf of the visitor at this address; what it asks over the bridge counts as theirs. */
  asVisitor<T>(address: string, work: () => T): T;
  /** The visitor on whose behalf a request of the bridge was made; undefined for any other request. */
  visitorOf(request: Request): string | undefined;
  /** What pages are given. */
  open(handler: RequestHandler): Bridge;
}

/**
 * A page asks with the visitor's own cookie and nothing else, so each gate of a route holds for pages as it does for
 * any client. A request made outside of a visitor's page has no address, which the limits refuse.
 */
export function createBridgeSide(parts: BridgeParts): BridgeSide {
  const visitors = new AsyncLocalStorage<string>();
  const addresses = new WeakMap<Request, string>();
  const { origin } = new URL(parts.publicUrl);
  return {
    asVisitor: (address, work) => visitors.run(address, work),
    visitorOf: (request) => addresses.get(request),
    open: (handler) => ({
      gatewayUrl: parts.gatewayUrl,
      publicUrl: parts.publicUrl,
      sandboxAvailable: parts.sandboxAvailable,
      async fetch(path, options) {
        const request = requestOf(origin, path, options);
        const address = visitors.getStore();
        if (address === undefined) throw new TypeError("The bridge is crossed on behalf of a visitor only.");
        addresses.set(request, address);
        return handler(request);
      },
    }),
  };
}

function requestOf(origin: string, path: string, options: AskOptions): Request {
  if (!path.startsWith("/api/v1/")) throw new TypeError("The bridge leads to /api/v1 alone.");
  const headers = new Headers({ accept: "application/json" });
  if (options.cookie !== "") headers.set("cookie", options.cookie);
  if (options.tenantId !== undefined) headers.set("x-tenant-id", options.tenantId);
  const method = options.method ?? "GET";
  if (method === "GET") return new Request(new URL(path, origin), { headers });
  headers.set("origin", origin);
  headers.set("content-type", "application/json");
  return new Request(new URL(path, origin), { method, headers, body: JSON.stringify(options.body ?? {}) });
}
