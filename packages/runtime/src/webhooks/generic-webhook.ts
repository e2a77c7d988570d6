import { RuntimeError } from "../runtime-error.ts";
import type { WebhookAuthenticator } from "./webhook-authenticator.ts";
import { GENERIC_RETENTION, GENERIC_UNTIMED_RETENTION } from "./retention.ts";
import { bodyText } from "./verify/body-text.ts";
import { join } from "./verify/bytes.ts";
import { isHmacSha256 } from "./verify/hmac-sha256.ts";
import { sha256Hex } from "./verify/sha256-hex.ts";
import { checkTolerance, signedTime } from "./verify/signed-time.ts";
import { secretReader, tooShort, type SecretSource } from "./verify/webhook-secrets.ts";
import {
  checkSenderName,
  eventIdOf,
  eventTypeOf,
  memberOf,
  parseEvent,
  webhookPrincipal,
  type WebhookAccount,
  type WebhookEvent,
} from "./webhook-principal.ts";

export interface GenericWebhookOptions extends WebhookAccount {
  /** Who sends, for the record. Lower-case letters, digits and hyphens. */
  readonly sender: string;
  /** 16 bytes or more, used as UTF-8; several while it is changed. */
  readonly secret: SecretSource;
  /** Default `x-webhook-signature`: 64 hex digits, after `sha256=` or not; several divided by commas. */
  readonly signatureHeader?: string;
  /**
   * The header with the time in seconds since 1970. When given it is required, and `<time>.<body>` is what is signed.
   * Without it only the body is, and no age can be checked.
   */
  readonly timestampHeader?: string;
  /** Seconds the signed time may differ from ours, either way. Default 300. */
  readonly toleranceSeconds?: number;
  /**
   * Reads the event's own id from the body. Without it a body is a replay of any equal body before it, for nothing else
   * that is signed tells a second event from a second attempt.
   */
  readonly id?: (event: WebhookEvent) => string;
}

const MAX_HEADER = 2048;
const MAX_SIGNATURES = 16;
const SIGNATURE = /^(?:sha256=)?([0-9a-f]{64})$/i;
const HEADER_NAME = /^[a-z][a-z0-9-]{0,63}$/;

/**
 * Any sender that signs the raw body with HMAC-SHA-256 in hex.
 * Throws RuntimeError `webhook_secret_invalid` or `webhook_invalid` when built with unfit options.
 */
export function genericWebhook(options: GenericWebhookOptions): WebhookAuthenticator {
  const name = "genericWebhook";
  const sender = checkSenderName(name, options.sender);
  const secrets = secretReader(options.secret, { name, refusal: tooShort });
  const tolerance = checkTolerance(name, options.toleranceSeconds);
  const signatureHeader = headerName(options.signatureHeader ?? "x-webhook-signature");
  const timeHeader = options.timestampHeader === undefined ? null : headerName(options.timestampHeader);
  return {
    name: sender,
    kind: "webhook",
    presents: (request) => request.headers.has(signatureHeader),
    async authenticate(request, io) {
      const known = await secrets();
      const signatures = signaturesOf(request.headers.get(signatureHeader) ?? "");
      const time = timeHeader === null ? null : (request.headers.get(timeHeader) ?? "");
      const sentAt = time === null ? null : signedTime(time, io.now(), tolerance);
      if (signatures.length === 0 || (time !== null && sentAt === null)) return null;
      const bytes = await io.rawBody();
      const message = time === null ? bytes : join(new TextEncoder().encode(`${time}.`), bytes);
      if (!(await isSigned(known, message, signatures))) return null;
      const event = parseEvent(bodyText(bytes) ?? "");
      const id = options.id === undefined ? `body:${await sha256Hex(bytes)}` : eventIdOf(options.id(event));
      return webhookPrincipal(
        {
          sender,
          label: sender,
          id,
          claims: [id],
          eventType: eventTypeOf(memberOf(event, "type")),
          sentAt,
          retention: time === null ? GENERIC_UNTIMED_RETENTION : GENERIC_RETENTION,
          bytes,
          event,
        },
        options,
      );
    },
  };
}

async function isSigned(
  secrets: readonly string[],
  message: Uint8Array,
  signatures: readonly Uint8Array<ArrayBuffer>[],
): Promise<boolean> {
  let verified = false;
  for (const secret of secrets) {
    const bytes = new TextEncoder().encode(secret);
    for (const signature of signatures) {
      verified = (await isHmacSha256(bytes, message as Uint8Array<ArrayBuffer>, signature)) || verified;
    }
  }
  return verified;
}

function signaturesOf(header: string): readonly Uint8Array<ArrayBuffer>[] {
  if (header.length > MAX_HEADER) return [];
  const all = header.split(",").map((item) => SIGNATURE.exec(item.trim())?.[1]);
  if (all.length > MAX_SIGNATURES) return [];
  // One that is malformed makes the header so: a sender either keeps this format or needs another verifier.
  return all.includes(undefined) ? [] : all.map((hex = "") => bytesOfHex(hex));
}

function bytesOfHex(hex: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(hex.length / 2);
  for (let at = 0; at < bytes.byteLength; at++) bytes[at] = Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16);
  return bytes;
}

function headerName(name: string): string {
  const lower = name.toLowerCase();
  if (!HEADER_NAME.test(lower)) throw new RuntimeError("webhook_invalid", "genericWebhook: not a header's name.");
  return lower;
}
