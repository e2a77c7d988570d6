import type { Authenticator } from "../authenticator.ts";
import { Problem } from "../problem.ts";

/**
 * Takes whichever one of several credentials the request carries. More than one is refused with 401
 * `credential_conflict`: which of two identities is meant must never be a question of order.
 */
export function anyOf(...authenticators: readonly [Authenticator, ...Authenticator[]]): Authenticator {
  return {
    name: authenticators.map((authenticator) => authenticator.name).join("|"),
    kind: authenticators[0].kind,
    kinds: [...new Set(authenticators.flatMap((authenticator) => authenticator.kinds ?? [authenticator.kind]))],
    presents: (request) => authenticators.some((authenticator) => authenticator.presents(request)),
    async authenticate(request, io) {
      const presented = authenticators.filter((authenticator) => authenticator.presents(request));
      if (presented.length > 1) throw new Problem("credential_conflict");
      return (await presented[0]?.authenticate(request, io)) ?? null;
    },
  };
}
