import type { IncomingMessage } from "node:http";
import { trustedProxies } from "@meterr/runtime";

/**
 * The visitor's address of a message that no route sees, by the same rule the routes go by. The function made throws a
 * TypeError when the connection has no address any more.
 */
export function addressOfMessage(trusted: readonly string[]): (incoming: IncomingMessage) => string {
  const peers = new WeakMap<Request, string>();
  const resolve = trustedProxies({ trusted, peer: (request) => peers.get(request) ?? null });
  return (incoming) => {
    const forwarded = incoming.headers["x-forwarded-for"];
    const headers = new Headers(forwarded === undefined ? {} : { "x-forwarded-for": String(forwarded) });
    const request = new Request("http://visitor", { headers });
    const { remoteAddress } = incoming.socket;
    if (remoteAddress !== undefined) peers.set(request, remoteAddress);
    return resolve(request);
  };
}
