import { isIP } from "node:net";
import { buildConnector } from "undici";
import { checkedLookup } from "./checked-lookup.ts";
import { OutboundError } from "./outbound-error.ts";
import type { Resolver } from "./resolver.ts";

/**
 * Opens every connection of the dispatcher, and so is where each is checked: protocol, address as written,
 * addresses as resolved. TLS is verified against the destination's own name, at version 1.2 or later,
 * whatever the environment says.
 */
export function guardedConnector(options: {
  readonly isExempt: (origin: string) => boolean;
  readonly isPublic: (address: string) => boolean;
  readonly resolver: Resolver;
  /** Milliseconds for name, connection and TLS together. */
  readonly connectTimeout: number;
  /** PEM certificates trusted instead of the system's. */
  readonly ca: string | undefined;
}): buildConnector.connector {
  const { isExempt, isPublic, resolver, connectTimeout, ca } = options;
  const connector = (accepts: (address: string) => boolean): buildConnector.connector =>
    buildConnector({
      lookup: checkedLookup(resolver, accepts),
      autoSelectFamily: true,
      timeout: connectTimeout,
      allowH2: false, // one call per connection: what was dispatched is then always known
      rejectUnauthorized: true,
      minVersion: "TLSv1.2",
      ...(ca === undefined ? {} : { ca }),
    });
  const guarded = connector(isPublic);
  const exempt = connector(() => true);

  return (target, callback) => {
    const { protocol, hostname, host } = target;
    const isLiteral = isIP(hostname) !== 0;
    // The name to verify is the destination's, never one taken from a request's Host header.
    const { servername: _, ...rest } = target;
    const checked = isLiteral ? rest : { ...rest, servername: hostname };
    if (isExempt(`${protocol}//${host ?? hostname}`)) {
      exempt(checked, callback);
    } else if (protocol !== "https:") {
      callback(new OutboundError("destination_refused", false, "NOT_HTTPS"), null);
    } else if (isLiteral && !isPublic(hostname)) {
      callback(new OutboundError("destination_refused", false, "ADDRESS_NOT_PUBLIC"), null);
    } else {
      guarded(checked, callback);
    }
  };
}
