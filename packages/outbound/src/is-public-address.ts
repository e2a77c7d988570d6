import ipaddr from "ipaddr.js";

/** Azure's metadata and health service: a metadata address in public space. */
const METADATA: ReadonlySet<string> = new Set(["168.63.129.16"]);

/** RFC 4291 §2.4 as IANA assigns it: all global unicast addresses lie in 2000::/3. */
const GLOBAL_UNICAST: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse("2000::"), 3];

/**
 * True when an address is on the public internet: not private, loopback, link-local, unique local, multicast,
 * shared (carrier-grade NAT), reserved, or a metadata service; and not a form that carries an IPv4 address
 * inside (mapped, NAT64, 6to4, Teredo), which could lead to any of these.
 *
 * @param address IPv4 or IPv6 in text, as a resolver or the URL parser writes it; anything else is not public
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== "unicast") return false;
  if (parsed instanceof ipaddr.IPv6) return parsed.match(GLOBAL_UNICAST);
  // `isValid` also takes 127.1 and 0x7f.1, which resolvers never answer: one form only.
  return parsed.toString() === address && !METADATA.has(address);
}
