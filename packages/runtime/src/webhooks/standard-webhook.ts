import type { WebhookAuthenticator } from "./webhook-authenticator.ts";
import { STANDARD_RETENTION } from "./retention.ts";
import { asymmetric } from "./standard/asymmetric.ts";
import type { Scheme } from "./standard/scheme.ts";
import { symmetric, type StandardLibrary } from "./standard/symmetric.ts";
import { bodyText } from "./verify/body-text.ts";
import { checkTolerance, signedTime } from "./verify/signed-time.ts";
import type { SecretSource } from "./verify/webhook-secrets.ts";
import {
  checkSenderName,
  eventTypeOf,
  memberOf,
  parseEvent,
  webhookPrincipal,
  type WebhookAccount,
} from "./webhook-principal.ts";

export interface StandardWebhookOptions extends WebhookAccount {
  /** Who sends, for the record. Lower-case letters, digits and hyphens. Default `standard`. */
  readonly sender?: string;
  /** For `v1`: `whsec_` and the base64 of 24 to 64 bytes; several while it is changed. */
  readonly secret?: SecretSource;
  /** For `v1a`: the sender's, `whpk_` and the base64 of 32 bytes; several while it is changed. One of the two is needed. */
  readonly publicKey?: SecretSource;
  /** Seconds the signed time may differ from ours, either way. Default 300. */
  readonly toleranceSeconds?: number;
  /** Default: `import("standardwebhooks")`. */
  readonly library?: () => Promise<StandardLibrary>;
}

const HEADER = "webhook-signature";
const MAX_HEADER = 2048;
const MAX_SIGNATURES = 16;
// The specification: no full stop, which would move the border between id, time and body.
const ID = /^[\x21-\x2d\x2f-\x7e]{1,255}$/;

/**
 * Standard Webhooks (https://www.standardwebhooks.com): `v1` signatures (HMAC-SHA-256) computed by the reference library,
 * `v1a` ones (Ed25519) verified by Web Crypto. What the library's own `verify` leaves open is closed here: replays, times
 * such as `123abc`, a clock of its own.
 * Throws RuntimeError `webhook_secret_invalid` or `webhook_invalid` when built with unfit options.
 */
export function standardWebhook(options: StandardWebhookOptions): WebhookAuthenticator {
  const name = "standardWebhook";
  const sender = checkSenderName(name, options.sender ?? "standard");
  const tolerance = checkTolerance(name, options.toleranceSeconds);
  const schemes = schemesOf(name, options);
  return {
    name: sender,
    kind: "webhook",
    presents: (request) => request.headers.has(HEADER),
    async authenticate(request, io) {
      const id = request.headers.get("webhook-id") ?? "";
      const time = request.headers.get("webhook-timestamp") ?? "";
      const verifiers = await Promise.all(schemes.map((scheme) => scheme()));
      const sentAt = signedTime(time, io.now(), tolerance);
      const signatures = signaturesOf(request.headers.get(HEADER) ?? "");
      if (sentAt === null || signatures.length === 0 || !ID.test(id)) return null;
      const bytes = await io.rawBody();
      const text = bodyText(bytes);
      if (text === null) return null;
      let verified = false;
      for (const verify of verifiers) verified = (await verify({ id, time, sentAt, text, signatures })) || verified;
      if (!verified) return null;
      const event = parseEvent(text);
      const eventType = eventTypeOf(memberOf(event, "type"));
      return webhookPrincipal(
        { sender, label: sender, id, claims: [id], eventType, sentAt, retention: STANDARD_RETENTION, bytes, event },
        options,
      );
    },
  };
}

/** Of a list divided by spaces. */
function signaturesOf(header: string): readonly string[] {
  if (header.length > MAX_HEADER) return [];
  const all = header.split(" ");
  return all.length > MAX_SIGNATURES ? [] : all;
}

function schemesOf(name: string, { secret, publicKey, library }: StandardWebhookOptions): readonly Scheme[] {
  const schemes: Scheme[] = [];
  // A secret that was to come from the environment and is not there is unfit, not left out.
  if (publicKey === undefined || secret !== undefined) schemes.push(symmetric(name, secret ?? "", library));
  if (publicKey !== undefined) schemes.push(asymmetric(name, publicKey));
  return schemes;
}
