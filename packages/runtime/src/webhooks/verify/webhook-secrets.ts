import { RuntimeError } from "../../runtime-error.ts";

/** One secret, or several during a rotation. Strings are used as their UTF-8 bytes unless the sender's format says otherwise. */
export type WebhookSecrets = string | readonly string[];

/** The secrets themselves, or where to read them at each delivery. Throwing, or an unfit secret, means 503. */
export type SecretSource = WebhookSecrets | (() => WebhookSecrets | Promise<WebhookSecrets>);

export interface SecretRule {
  /** What the messages call the authenticator. */
  readonly name: string;
  /** Why a secret cannot be used, or null when it can. Never quotes it. */
  refusal(secret: string): string | null;
}

/** Bytes: 128 bits, below which guessing a secret is within reach (RFC 2104 §3 advises more; senders choose). */
export const MIN_SECRET_BYTES = 16;

// An old and a new one, and room for a second rotation before the first is over. Each costs an HMAC per delivery.
const MAX_SECRETS = 4;

/** Refuses what is empty, short, mostly white space, or too many. Throws RuntimeError `webhook_secret_invalid`. */
export function checkSecrets(secrets: unknown, rule: SecretRule): readonly string[] {
  const list: readonly unknown[] = Array.isArray(secrets) ? secrets : [secrets];
  const refuse = (why: string): never => {
    throw new RuntimeError("webhook_secret_invalid", `${rule.name}: ${why}.`);
  };
  if (list.length === 0) refuse("no secret is set");
  if (list.length > MAX_SECRETS) refuse(`more than ${MAX_SECRETS} secrets at once`);
  return list.map((secret): string => {
    if (typeof secret !== "string" || secret.trim() === "") return refuse("a secret is not set");
    if (secret !== secret.trim()) return refuse("a secret begins or ends with white space");
    const refusal = rule.refusal(secret);
    return refusal === null ? secret : refuse(refusal);
  });
}

/** Checks now what can be checked now, and everything again at each delivery. */
export function secretReader(source: SecretSource, rule: SecretRule): () => Promise<readonly string[]> {
  if (typeof source !== "function") checkSecrets(source, rule);
  return async () => checkSecrets(typeof source === "function" ? await source() : source, rule);
}

/** At least `MIN_SECRET_BYTES` in UTF-8. */
export function tooShort(secret: string): string | null {
  const bytes = new TextEncoder().encode(secret).byteLength;
  return bytes < MIN_SECRET_BYTES ? `a secret is shorter than ${MIN_SECRET_BYTES} bytes` : null;
}
