import { Secret } from "@meterr/vault";
import type { ProviderFront } from "../fronts/front.ts";
import type { VirtualKey } from "../keys/virtual-key.ts";
import type { Destination, Destinations } from "../provider-secrets/destinations.ts";
import type { ProviderSecretCache } from "../provider-secrets/provider-secret-cache.ts";
import { Refusal } from "../refusal.ts";

/** Where a call goes and with which credential. */
export interface Route {
  readonly destination: Destination;
  readonly providerSecretId: string | null;
  /** For the upstream header and nowhere else. */
  readonly secret: Secret;
}

/** What the sandbox takes in place of a provider secret: anything. Not a secret, and no word that an error may hold. */
const SANDBOX_CREDENTIAL = new Secret("sandbox-0mtr0test0mode0");

/** Opens the provider secret bound to the key. Throws Refusal when there is none, or its destination is not allowed. */
export async function chooseDestination(
  key: VirtualKey,
  front: ProviderFront,
  deps: { destinations: Destinations; secrets: ProviderSecretCache; report(error: unknown): void },
): Promise<Route> {
  const binding = key.providers.get(front.provider);
  if (binding === undefined) {
    throw new Refusal("destination_refused", `This virtual key has no ${front.provider} provider secret.`, {
      status: 403,
    });
  }
  if (binding.providerSecretId === null) {
    const sandbox = key.mode === "test" ? deps.destinations.sandbox(front.provider) : null;
    if (sandbox === null)
      throw new Refusal("destination_refused", "This installation has no sandbox.", { status: 403 });
    return { destination: sandbox, providerSecretId: null, secret: SANDBOX_CREDENTIAL };
  }
  if (binding.revoked || binding.version === null) throw secretGone(front);
  const opened = await deps.secrets
    .get(key.orgId, binding.providerSecretId, binding.version, front.provider)
    .catch((error: unknown) => {
      deps.report(error);
      throw new Refusal(
        "ledger_unavailable",
        "The provider secret cannot be opened at the moment. An administrator can run `npx meterr doctor`.",
      );
    });
  if (opened === null) throw secretGone(front);
  const destination = deps.destinations.resolve(front.provider, opened.destination, key.mode);
  if (destination === null) {
    throw new Refusal("destination_refused", "The provider secret's destination is not on the operator's allow-list.", {
      status: 403,
    });
  }
  return { destination, providerSecretId: binding.providerSecretId, secret: opened.secret };
}

function secretGone(front: ProviderFront): Refusal {
  return new Refusal("destination_refused", `The ${front.provider} provider secret of this virtual key was revoked.`, {
    status: 403,
  });
}
