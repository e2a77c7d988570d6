import { bytesOfBase64 } from "../verify/bytes.ts";
import { isEd25519, isSmallOrder, PUBLIC_KEY_BYTES } from "../verify/ed25519.ts";
import { secretReader, type SecretSource } from "../verify/webhook-secrets.ts";
import type { Scheme } from "./scheme.ts";

// 32 and 64 octets in the one way they are written (RFC 4648 §3.5).
const PUBLIC_KEY = /^whpk_([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)$/;
const SIGNATURE = /^v1a,([A-Za-z0-9+/]{85}[AQgw]==)$/;

// Each costs a verification for each public key, before anybody has proved who they are. A rotation needs two.
const MAX_SIGNATURES = 4;

/** `v1a`: Ed25519 by Web Crypto; the reference library has none. Throws RuntimeError `webhook_secret_invalid`. */
export function asymmetric(name: string, source: SecretSource): Scheme {
  const publicKeys = secretReader(source, { name, refusal: publicKeyRefusal });
  return async () => {
    const known = (await publicKeys()).map(bytesOf);
    return async ({ id, time, text, signatures }) => {
      const own = signatures.filter((signature) => signature.startsWith("v1a,"));
      if (own.length > MAX_SIGNATURES) return false;
      const message = new TextEncoder().encode(`${id}.${time}.${text}`);
      for (const signature of own) {
        const base64 = SIGNATURE.exec(signature)?.[1];
        if (base64 === undefined) continue;
        const bytes = bytesOfBase64(base64);
        for (const publicKey of known) if (await isEd25519(publicKey, message, bytes)) return true;
      }
      return false;
    };
  };
}

function publicKeyRefusal(publicKey: string): string | null {
  if (publicKey.startsWith("whsk_")) return "a whsk_ is the sender's own secret and belongs to nobody else";
  if (!PUBLIC_KEY.test(publicKey)) return `a public key is whpk_ and the base64 of ${PUBLIC_KEY_BYTES} bytes`;
  return isSmallOrder(bytesOf(publicKey)) ? "under this public key anybody could sign" : null;
}

function bytesOf(publicKey: string): Uint8Array<ArrayBuffer> {
  return bytesOfBase64(PUBLIC_KEY.exec(publicKey)?.[1] ?? "");
}
