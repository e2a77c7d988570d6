import type { IncomingMessage } from "node:http";
import { hashToken, parseToken } from "@meterr/vault";
import type { ProviderFront } from "../fronts/front.ts";
import type { RevocationWatch } from "../keys/revocation-watch.ts";
import type { VirtualKey } from "../keys/virtual-key.ts";
import type { VirtualKeyCache } from "../keys/virtual-key-cache.ts";
import { Refusal } from "../refusal.ts";

/** Query parameters in which some clients put a credential; it would stand in every access log on the way. */
const CREDENTIAL_PARAMETERS = ["key", "api_key", "apikey", "api-key", "access_token", "token"];

/**
 * From the request to the virtual key it proves. Throws Refusal: no credential, two that differ, one in the query,
 * unknown, revoked, suspended, expired, or of another origin.
 */
export async function authenticate(
  request: IncomingMessage,
  query: URLSearchParams,
  front: ProviderFront,
  deps: { keys: VirtualKeyCache; watch: RevocationWatch; now: () => number },
): Promise<VirtualKey> {
  for (const name of CREDENTIAL_PARAMETERS) {
    if (query.has(name)) {
      throw new Refusal(
        "key_invalid",
        "Send the virtual key in the SDK's header. A key in the address is refused: revoke it, it has been logged.",
      );
    }
  }
  const credentials = new Set(front.credentials(request.headers));
  const [credential] = credentials;
  if (credential === undefined)
    throw new Refusal("key_invalid", "No virtual key. Put one where your SDK takes its API key.");
  if (credentials.size > 1)
    throw new Refusal("key_invalid", "The request carries two different credentials. Send one.");
  const kind = parseToken(credential)?.kind;
  if (kind !== "live" && kind !== "test") {
    throw new Refusal("key_invalid", "This is not a virtual key. Virtual keys begin with mtr_live_ or mtr_test_.");
  }
  await ensureFresh(deps.watch);
  const key = await deps.keys.get(hashToken(credential)).catch(() => {
    throw new Refusal("ledger_unavailable", "Virtual keys cannot be checked at the moment. Try again shortly.");
  });
  if (key === null) throw new Refusal("key_invalid", "This virtual key is not known.");
  refuseUnusable(key, request.headers.origin, deps.now());
  return key;
}

/** After too long a silence of the heartbeat the gateway asks; without an answer it refuses. */
async function ensureFresh(watch: RevocationWatch): Promise<void> {
  if (watch.isFresh()) return;
  await watch.poll().catch(() => undefined);
  if (!watch.isFresh()) {
    throw new Refusal("ledger_unavailable", "Revocations cannot be checked at the moment. Try again shortly.");
  }
}

function refuseUnusable(key: VirtualKey, origin: string | undefined, now: number): void {
  if (key.revoked) throw new Refusal("key_revoked", "This virtual key was revoked.");
  if (key.suspended) {
    throw new Refusal(
      "key_revoked",
      "This virtual key is suspended: a provider charged beyond its limit. An administrator can look into it.",
    );
  }
  if (key.expiresAt !== null && key.expiresAt <= now) throw new Refusal("key_expired", "This virtual key has expired.");
  if (key.allowedOrigins !== null && (origin === undefined || !key.allowedOrigins.includes(origin))) {
    throw new Refusal("key_invalid", "This virtual key may not be used from here.", { status: 403 });
  }
}
