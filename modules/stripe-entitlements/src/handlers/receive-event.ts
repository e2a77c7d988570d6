import {
  emitEvent,
  memberTenant,
  routeKey,
  type Events,
  type KeyManifest,
  type RouteKey,
  type RuntimeHost,
} from "@meterr/runtime";
import { claimOnce, fromWebhook, type WebhookAuthenticator } from "@meterr/runtime/webhooks";
import { stripeEvent } from "../validators/stripe-event.ts";

const FORGET =
  "update stripe_customers set generation = generation + 1, features = null, read_at = null where org_id = $1";

/** Far above any event of Stripe's. */
const MAX_BODY_BYTES = 512 * 1024;

/**
 * Every event of a mapped customer empties the tenant's cache, whatever its type and whatever it says. Nothing is taken
 * from its content, so neither the order of events nor a field of one decides anything: the next check asks Stripe.
 */
export function receiveEvent(parts: {
  readonly host: RuntimeHost;
  readonly manifest: KeyManifest;
  readonly auth: WebhookAuthenticator;
  readonly events: Events | undefined;
}): RouteKey {
  const { host, manifest, auth, events } = parts;
  return routeKey({
    host,
    manifest,
    method: "POST",
    path: "/api/v1/stripe/webhook",
    auth,
    tenant: memberTenant(),
    authorize: fromWebhook,
    replay: claimOnce(),
    input: { body: stripeEvent },
    // Stripe sends from a few addresses, bursts after an outage included.
    limit: { address: { points: 1200, seconds: 60 }, tenant: { points: 300, seconds: 60 } },
    maxBodyBytes: MAX_BODY_BYTES,
    idempotency: "none",
    handler: async ({ sql, tenant, body, requestId, afterCommit }) => {
      await sql.query(FORGET, [tenant.id]);
      afterCommit(() =>
        emitEvent(events, {
          event: "entitlements.invalidated",
          module: manifest.slug,
          operation: body.type,
          delivery_id: body.id,
          tenant_id: tenant.id,
          request_id: requestId,
        }),
      );
      return { status: 200, body: { received: true } };
    },
  });
}
