import { parseStrictJson } from "../body/strict-json.ts";
import type { Principal } from "../principal.ts";
import { Problem } from "../problem.ts";
import { RuntimeError } from "../runtime-error.ts";
import type { Retention } from "./retention.ts";

/** The body, after its signature held. Still the sender's words: read it with care. */
export type WebhookEvent = unknown;

/** How a verified delivery finds its tenant. */
export interface WebhookAccount {
  /** Reads the account at the sender that the event concerns; null when it names none. */
  readonly account?: (event: WebhookEvent) => string | number | null;
  /**
   * Looks up which tenant a stored mapping gives this account, and nothing else; null when none does, which answers 400.
   * Throwing means 503, after which the sender tries again. Left out on routes with globalScope.
   */
  readonly tenantOf?: (account: string) => Promise<string | null>;
}

/** What one authenticator established before the tenant is known. */
export interface VerifiedWebhook {
  readonly sender: string;
  readonly label: string;
  readonly id: string;
  readonly claims: readonly string[];
  readonly eventType: string | null;
  readonly sentAt: Date | null;
  readonly retention: Retention;
  readonly bytes: Uint8Array;
  readonly event: WebhookEvent;
}

// Printable ASCII, as ids of all senders are; a lookup never sees more.
const ACCOUNT = /^[\x21-\x7e]{1,128}$/;
const SENDER = /^[a-z][a-z0-9-]{0,47}$/;
const EVENT_ID = /^[\x21-\x7e]{1,255}$/;

/** The principal of a verified delivery: the tenant its account maps to, with the role `webhook`, or none. */
export async function webhookPrincipal(
  verified: VerifiedWebhook,
  { account: accountOf, tenantOf }: WebhookAccount,
): Promise<Principal> {
  const account = accountOrNull(accountOf?.(verified.event));
  const tenantId = account === null || tenantOf === undefined ? null : await tenantOf(account);
  if (tenantId !== null && (typeof tenantId !== "string" || tenantId === "")) {
    throw new RuntimeError("webhook_invalid", `${verified.sender}: tenantOf answered with no tenant's id.`);
  }
  const { sender, label, id, claims, eventType, sentAt, retention, bytes } = verified;
  return {
    kind: "webhook",
    id: account === null ? sender : `${sender}:${account}`,
    label,
    memberships: tenantId === null ? [] : [{ tenantId, subjectId: "", role: "webhook", visibility: "tenant" }],
    delivery: Object.freeze({ sender, id, claims, ...retention, eventType, account, sentAt, rawBody: () => bytes }),
  };
}

/** The verified text as JSON. Throws Problem `malformed_json`. */
export function parseEvent(text: string): WebhookEvent {
  return parseStrictJson(text);
}

/** Throws RuntimeError `webhook_invalid` unless the name is lower-case letters, digits and hyphens. */
export function checkSenderName(user: string, sender: string): string {
  if (!SENDER.test(sender)) throw new RuntimeError("webhook_invalid", `${user}: sender is not a plain name.`);
  return sender;
}

/** A member of the event, when it is an object that has it. */
export function memberOf(event: WebhookEvent, name: string): unknown {
  return typeof event === "object" && event !== null && Object.hasOwn(event, name)
    ? (event as Record<string, unknown>)[name]
    : undefined;
}

/** The event's own id. Throws Problem `invalid_input` without one: a delivery that cannot be claimed has no effect. */
export function eventIdOf(value: unknown): string {
  if (typeof value === "string" && EVENT_ID.test(value)) return value;
  throw new Problem("invalid_input", { errors: [{ path: "body.id" }] });
}

/** What kind of event, when the sender says so in a plain way. */
export function eventTypeOf(value: unknown): string | null {
  return typeof value === "string" && ACCOUNT.test(value) ? value : null;
}

function accountOrNull(value: unknown): string | null {
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  return typeof value === "string" && ACCOUNT.test(value) ? value : null;
}
