import { peerLibrary, peerMissing } from "../peer-library.ts";
import { equalTexts } from "../verify/equal-texts.ts";
import { secretReader, type SecretSource } from "../verify/webhook-secrets.ts";
import type { Scheme } from "./scheme.ts";

/** What is used of the package `standardwebhooks`. */
export interface StandardLibrary {
  readonly Webhook: new (secret: string) => { sign(id: string, time: Date, payload: string): string };
}

const SECRET = /^whsec_((?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/;

/** `v1`: HMAC-SHA-256, computed by the reference library. Throws RuntimeError `webhook_secret_invalid`. */
export function symmetric(
  name: string,
  source: SecretSource,
  load: () => Promise<StandardLibrary> = loadStandard,
): Scheme {
  const secrets = secretReader(source, { name, refusal: secretRefusal });
  const library = peerLibrary(load);
  return async () => {
    const known = await secrets();
    return async ({ id, sentAt, text, signatures }) => {
      const own = signatures.filter((signature) => signature.startsWith("v1,"));
      if (own.length === 0) return false;
      const { Webhook } = await library();
      let verified = false;
      for (const secret of known) {
        const expected = new Webhook(secret).sign(id, sentAt, text);
        for (const signature of own) verified = equalTexts(signature, expected) || verified;
      }
      return verified;
    };
  };
}

function secretRefusal(secret: string): string | null {
  const base64 = SECRET.exec(secret)?.[1];
  if (base64 === undefined) return "a secret is whsec_ and base64";
  const bytes = atob(base64).length;
  return bytes < 24 || bytes > 64 ? "a secret has 24 to 64 bytes" : null;
}

async function loadStandard(): Promise<StandardLibrary> {
  // Inside a try, bundlers take the import for optional.
  try {
    return await import("standardwebhooks");
  } catch (cause) {
    throw peerMissing("standardWebhook", "standardwebhooks", cause);
  }
}
