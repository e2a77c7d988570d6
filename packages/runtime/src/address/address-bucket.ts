import ipaddr from "ipaddr.js";

/** What a limit counts an address as: IPv4 whole, IPv6 by its /64, which is one subscriber's to fill. */
export function addressBucket(address: string): string {
  if (!address.includes(":")) return address;
  const parsed = ipaddr.process(address);
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString();
  const network = parsed.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(":")}::/64`;
}
