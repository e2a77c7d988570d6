import type { WebhookAuthenticator } from "./webhook-authenticator.ts";
import { signatureFromDer } from "./github/ecdsa-signature.ts";
import { publicKeyList } from "./github/public-key-list.ts";
import { GITHUB_RETENTION } from "./retention.ts";
import { bodyText } from "./verify/body-text.ts";
import { bytesOfBase64 } from "./verify/bytes.ts";
import { sha256Hex } from "./verify/sha256-hex.ts";
import { parseEvent, webhookPrincipal } from "./webhook-principal.ts";

export interface GithubSecretScanningOptions {
  /** Reads GitHub's public keys; hand in one that reaches `api.github.com` only. */
  readonly fetch: typeof fetch;
  /** A GitHub token without any scope raises the limit for reading them. */
  readonly token?: string;
}

const SIGNATURE_HEADER = "github-public-key-signature";
const IDENTIFIER_HEADER = "github-public-key-identifier";
// Two numbers of 33 octets and their frame, in base64.
const BASE64 = /^(?:[A-Za-z0-9+/]{4}){2,24}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Alerts of GitHub's secret scanning partner programme: ECDSA P-256 with SHA-256 over the raw body, by a key of GitHub's
 * published list (https://docs.github.com/en/code-security/secret-scanning/secret-scanning-partner-program). They carry
 * neither time nor id and concern no tenant: mount with `globalScope` and `replayHarmless`.
 * A list that cannot be read is 503, so that GitHub hears the alert was not taken.
 */
export function githubSecretScanning(options: GithubSecretScanningOptions): WebhookAuthenticator {
  const keys = publicKeyList(options);
  return {
    name: "github-secret-scanning",
    kind: "webhook",
    presents: (request) => request.headers.has(SIGNATURE_HEADER),
    async authenticate(request, io) {
      const encoded = request.headers.get(SIGNATURE_HEADER) ?? "";
      const identifier = request.headers.get(IDENTIFIER_HEADER)?.toLowerCase() ?? "";
      const signature = BASE64.test(encoded) ? signatureFromDer(bytesOfBase64(encoded)) : null;
      if (signature === null) return null;
      const publicKey = await keys.find(identifier, io.now());
      if (publicKey === null) return null;
      const bytes = (await io.rawBody()) as Uint8Array<ArrayBuffer>;
      const algorithm = { name: "ECDSA", hash: "SHA-256" };
      if (!(await crypto.subtle.verify(algorithm, publicKey, signature, bytes))) return null;
      const id = `body:${await sha256Hex(bytes)}`;
      return webhookPrincipal(
        {
          sender: "github-secret-scanning",
          label: "GitHub secret scanning",
          id,
          claims: [id],
          eventType: null,
          sentAt: null,
          retention: GITHUB_RETENTION,
          bytes,
          event: parseEvent(bodyText(bytes) ?? ""),
        },
        {},
      );
    },
  };
}
