import { memberOf, type WebhookEvent } from "./webhook-principal.ts";

/** The connected account an event belongs to (Stripe Connect); null for the platform's own events. */
export function stripeAccount(event: WebhookEvent): string | null {
  return idOf(memberOf(event, "account"));
}

/** The customer an event is about: the object itself, or the one it names, expanded or not; null when there is none. */
export function stripeCustomer(event: WebhookEvent): string | null {
  const object = memberOf(memberOf(event, "data"), "object");
  return idOf(memberOf(object, "object") === "customer" ? object : memberOf(object, "customer"));
}

function idOf(value: unknown): string | null {
  const id = typeof value === "string" ? value : memberOf(value, "id");
  return typeof id === "string" ? id : null;
}
