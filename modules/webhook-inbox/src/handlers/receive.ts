import { Problem, reportTo, routeKey, type RouteKey } from "@meterr/runtime";
import { claimOnce, fromWebhook, type WebhookAuthenticator } from "@meterr/runtime/webhooks";
import { processOnce } from "../process-once.ts";
import { RECEIVE_LIMIT, type InboxRules, type RouteParts } from "../route-parts.ts";
import { sourceParams, webhookBody } from "../validators/inputs.ts";

const PATH = "/api/v1/webhook-inbox/sources/:source";
const DAY_MS = 86_400_000;

const INSERT = `insert into webhook_inbox_deliveries
    (org_id, id, source, delivery_id, event_type, account, sent_at, received_at, payload, status, failure, attempted_at,
     expires_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $8, $12)`;

/** Verified, claimed, handed to the host's code and kept, in one transaction. */
export function receive(parts: RouteParts, auth: WebhookAuthenticator, rules: InboxRules): RouteKey {
  return routeKey({
    ...parts,
    auth,
    authorize: fromWebhook,
    method: "POST",
    path: PATH,
    input: { params: sourceParams, body: webhookBody },
    limit: RECEIVE_LIMIT,
    maxBodyBytes: rules.maxPayloadBytes,
    idempotency: "none",
    // At least as long as the delivery itself, or the same could stand in the inbox twice.
    replay: claimOnce({ keepSeconds: (rules.retentionDays * DAY_MS) / 1000 }),
    handler: async ({ sql, tenant, principal, body, now, requestId }) => {
      const { delivery } = principal;
      if (delivery === undefined) throw new Problem("credential_invalid");
      const { sender: source, eventType, account, sentAt } = delivery;
      const id = crypto.randomUUID();
      const payload = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(delivery.rawBody());
      const outcome = await processOnce(
        { ...rules, report: (error) => reportTo(parts.host, { error, requestId, route: `POST ${PATH}` }) },
        { id, source, deliveryId: delivery.id, eventType, account, receivedAt: now, sentAt, payload, body, attempt: 1 },
        { sql, tenant },
      );
      await sql.query(INSERT, [
        tenant.id,
        id,
        source,
        delivery.id,
        eventType,
        account,
        sentAt,
        now,
        payload,
        outcome.status,
        outcome.status === "failed" ? outcome.failure : null,
        new Date(now.getTime() + rules.retentionDays * DAY_MS),
      ]);
      // The sender has done its part either way.
      return { status: 202, body: { received: true } };
    },
  });
}
