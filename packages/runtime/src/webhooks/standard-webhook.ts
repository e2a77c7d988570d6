import type { WebhookAuthenticator } from "./webhook-authenticator.ts";
import { peerLibrary, peerMissing } from "./peer-library.ts";
import { STANDARD_RETENTION } from "./retention.ts";
import { bodyText } from "./verify/body-text.ts";
import { equalTexts } from "./verify/equal-texts.ts";
import { checkTolerance, signedTime } from "./verify/signed-time.ts";
import { secretReader, type SecretSource } from "./verify/webhook-secrets.ts";
import {
  checkSenderName,
  eventTypeOf,
  memberOf,
  parseEvent,
  webhookPrincipal,
  type WebhookAccount,
} from "./webhook-principal.ts";

/** What is used of the package `standardwebhooks`. */
export interface StandardLibrary {
  readonly Webhook: new (secret: string) => { sign(id: string, time: Date, payload: string): string };
}

export interface StandardWebhookOptions extends WebhookAccount {
  /** Who sends, for the record. Lower-case letters, digits and hyphens. Default `standard`. */
  readonly sender?: string;
  /** `whsec_` and the base64 of 24 to 64 bytes; several while it is changed. */
  readonly secret: SecretSource;
  /** Seconds the signed time may differ from ours, either way. Default 300. */
  readonly toleranceSeconds?: number;
  /** Default: `import("standardwebhooks")`. */
  readonly library?: () => Promise<StandardLibrary>;
}

const HEADER = "webhook-signature";
const MAX_HEADER = 2048;
const MAX_SIGNATURES = 16;
const SECRET = /^whsec_((?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/;
// The specification: no full stop, which would move the border between id, time and body.
const ID = /^[\x21-\x2d\x2f-\x7e]{1,255}$/;

/**
 * Standard Webhooks, `v1` signatures (https://www.standardwebhooks.com), computed by the reference library. What its own
 * `verify` leaves open is closed here: replays, times such as `123abc`, a clock of its own.
 * Throws RuntimeError `webhook_secret_invalid` or `webhook_invalid` when built with unfit options.
 */
export function standardWebhook(options: StandardWebhookOptions): WebhookAuthenticator {
  const name = "standardWebhook";
  const sender = checkSenderName(name, options.sender ?? "standard");
  const secrets = secretReader(options.secret, { name, refusal: secretRefusal });
  const tolerance = checkTolerance(name, options.toleranceSeconds);
  const library = peerLibrary(options.library ?? loadStandard);
  return {
    name: sender,
    kind: "webhook",
    presents: (request) => request.headers.has(HEADER),
    async authenticate(request, io) {
      const id = request.headers.get("webhook-id") ?? "";
      const known = await secrets();
      const sentAt = signedTime(request.headers.get("webhook-timestamp") ?? "", io.now(), tolerance);
      const signatures = signaturesOf(request.headers.get(HEADER) ?? "");
      if (sentAt === null || signatures.length === 0 || !ID.test(id)) return null;
      const bytes = await io.rawBody();
      const text = bodyText(bytes);
      if (text === null) return null;
      const { Webhook } = await library();
      let verified = false;
      for (const secret of known) {
        const expected = new Webhook(secret).sign(id, sentAt, text);
        for (const signature of signatures) verified = equalTexts(signature, expected) || verified;
      }
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

/** The `v1` signatures of a list divided by spaces. Other versions are for other verifiers. */
function signaturesOf(header: string): readonly string[] {
  if (header.length > MAX_HEADER) return [];
  const all = header.split(" ");
  return all.length > MAX_SIGNATURES ? [] : all.filter((signature) => signature.startsWith("v1,"));
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
