import ipaddr from "ipaddr.js";
import { RuntimeError } from "../runtime-error.ts";

export interface TrustedProxiesOptions {
  /** CIDR ranges or single addresses of the operator's own proxies; empty: forwarded headers are ignored. */
  readonly trusted: readonly string[];
  /** The address at the other end of the connection, or null when it is not known. */
  peer(request: Request): string | null;
}

type Address = ReturnType<typeof ipaddr.process>;
type Range = ReturnType<typeof ipaddr.parseCIDR>;

// Entries beyond are a client's own invention; no chain of proxies is this long.
const MAX_HOPS = 32;

/**
 * The client's address: walking from the connection towards the client, the first that is no trusted proxy.
 * Everything left of it was written by that client and is never read.
 * Construction throws RuntimeError `proxy_invalid` on a bad range; a call throws without a peer address.
 */
export function trustedProxies(options: TrustedProxiesOptions): (request: Request) => string {
  const ranges = options.trusted.map(parseRange);
  return (request) => {
    const peer = options.peer(request);
    if (peer === null) throw new TypeError("The connection's address is not known.");
    let nearest = ipaddr.process(stripZone(peer));
    const forwarded = ranges.length === 0 ? null : request.headers.get("x-forwarded-for");
    if (forwarded === null) return nearest.toString();
    const hops = forwarded.split(",").slice(-MAX_HOPS);
    while (isTrusted(nearest, ranges)) {
      const next = parseHop(hops.pop());
      if (next === null) break;
      nearest = next;
    }
    return nearest.toString();
  };
}

function parseRange(text: string): Range {
  try {
    const cidr = text.includes("/") ? text : `${text}/${text.includes(":") ? 128 : 32}`;
    // The parser also reads octal and shortened IPv4: 10.0.0 would silently be 10.0.0.0.
    if (!cidr.includes(":") && !ipaddr.IPv4.isValidCIDRFourPartDecimal(cidr)) throw new TypeError("Not a range.");
    return ipaddr.parseCIDR(cidr);
  } catch (cause) {
    throw new RuntimeError("proxy_invalid", `The trusted proxy ${text} is neither an address nor a range.`, cause);
  }
}

function isTrusted(address: Address, ranges: readonly Range[]): boolean {
  return ranges.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
}

/** `1.2.3.4`, `1.2.3.4:80`, `2001:db8::1` or `[2001:db8::1]:80`; null ends the walk. */
function parseHop(text: string | undefined): Address | null {
  const hop = text?.trim() ?? "";
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(hop)?.[1] ?? hop;
  // The parser also reads octal, hexadecimal and shortened IPv4, which proxies do not write.
  if (!bare.includes(":") && !ipaddr.IPv4.isValidFourPartDecimal(bare)) return null;
  return ipaddr.isValid(bare) ? ipaddr.process(bare) : null;
}

function stripZone(address: string): string {
  const zone = address.indexOf("%");
  return zone === -1 ? address : address.slice(0, zone);
}
