import type { LookupFunction } from "node:net";
import { callbackify } from "node:util";
import { OutboundError } from "./outbound-error.ts";
import type { ResolvedAddress, Resolver } from "./resolver.ts";

/**
 * A `lookup` for sockets: resolves once and hands on just those addresses, so that the address checked is the
 * address connected to, and a second answer (DNS rebinding) is never asked for. One address that is not
 * acceptable refuses the name as a whole: a name that mixes them is not a provider's.
 */
export function checkedLookup(resolve: Resolver, accepts: (address: string) => boolean): LookupFunction {
  const check = callbackify(async (hostname: string): Promise<ResolvedAddress[]> => {
    const addresses = await resolve(hostname);
    if (addresses.length === 0) throw Object.assign(new Error("no address"), { code: "ENOTFOUND" });
    if (!addresses.every(({ address }) => accepts(address))) {
      throw new OutboundError("destination_refused", false, "ADDRESS_NOT_PUBLIC");
    }
    return [...addresses];
  });
  return (hostname, options, callback) => {
    check(hostname, (error, addresses) => {
      const [first] = error ? [] : addresses;
      if (first === undefined) callback(error, "");
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
