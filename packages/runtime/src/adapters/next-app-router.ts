import { setPeerAddress } from "./peer-address.ts";

export type RouteHandlers = Readonly<
  Record<"GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS", (request: Request) => Promise<Response>>
>;

export interface NextAppRouterOptions {
  /**
   * The address at the other end of the connection, which Next does not hand to its routes: constant where only the
   * operator's own proxy can connect (`() => "127.0.0.1"` for a Next that listens on loopback behind it). Null or
   * absent: `peerAddress` is null, and `trustedProxies` refuses rather than believe a header.
   */
  peer?(request: Request): string | null;
}

/** The named exports of a Next.js App Router `route.ts`, such as `app/api/v1/[...path]/route.ts`. */
export function nextAppRouter(
  handler: (request: Request) => Promise<Response>,
  options: NextAppRouterOptions = {},
): RouteHandlers {
  // Next passes its own second argument; a KEY must not see it.
  const only = (request: Request): Promise<Response> => {
    const peer = options.peer?.(request) ?? null;
    if (peer !== null) setPeerAddress(request, peer);
    return handler(request);
  };
  return { GET: only, HEAD: only, POST: only, PUT: only, PATCH: only, DELETE: only, OPTIONS: only };
}
