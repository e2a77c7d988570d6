import { parseStrictJson, Problem, reportTo, routeKey, type RouteKey } from "@meterr/runtime";
import { DELIVERY_COLUMNS, presentDelivery, type DeliveryRow } from "../inbox-delivery.ts";
import { processOnce } from "../process-once.ts";
import { REPLAY_LIMIT, type InboxRules, type MemberParts } from "../route-parts.ts";
import { deliveryParams, replayBody } from "../validators/inputs.ts";

const PATH = "/api/v1/webhook-inbox/deliveries/:id/replay";

// A second replay waits for the first, and then sees what it did.
const LOCKED = `select ${DELIVERY_COLUMNS}, payload from webhook_inbox_deliveries
  where org_id = $1 and id = $2 for update`;
const RECORD = `update webhook_inbox_deliveries set status = $3, failure = $4, attempts = attempts + 1, attempted_at = $5
  where org_id = $1 and id = $2 returning ${DELIVERY_COLUMNS}`;

/** Runs the host's code for a delivery again. */
export function replayDelivery(parts: MemberParts, rules: InboxRules): RouteKey {
  return routeKey({
    ...parts,
    method: "POST",
    path: PATH,
    input: { params: deliveryParams, body: replayBody },
    limit: REPLAY_LIMIT,
    maxBodyBytes: 1024,
    idempotency: "accepted",
    problems: {
      already_processed: { status: 409, detail: "Processed already: say even_if_processed to run it once more" },
    },
    handler: async ({ sql, tenant, params, body, now, requestId, audit }) => {
      const found = await sql.query<DeliveryRow & { payload: string }>(LOCKED, [tenant.id, params.id]);
      const [row] = found.rows;
      if (row === undefined) throw new Problem("not_found");
      if (row.status === "processed" && !body.even_if_processed) throw new Problem("already_processed");
      const outcome = await processOnce(
        { ...rules, report: (error) => reportTo(parts.host, { error, requestId, route: `POST ${PATH}` }) },
        {
          id: row.id,
          source: row.source,
          deliveryId: row.delivery_id,
          eventType: row.event_type,
          account: row.account,
          receivedAt: row.received_at,
          sentAt: row.sent_at,
          payload: row.payload,
          body: parseStrictJson(row.payload),
          attempt: row.attempts + 1,
        },
        { sql, tenant },
      );
      // What was processed before stays so: its effect of then is still there.
      const status = row.status === "processed" ? "processed" : outcome.status;
      const failure = status === "failed" && outcome.status === "failed" ? outcome.failure : null;
      const recorded = await sql.query<DeliveryRow>(RECORD, [tenant.id, row.id, status, failure, now]);
      const [after] = recorded.rows;
      if (after === undefined) throw new Problem("not_found");
      await audit({
        action: "webhook_delivery.replayed",
        subject: { type: "webhook_delivery", id: row.id },
        details: { source: row.source, outcome: outcome.status, attempt: row.attempts + 1 },
      });
      return { status: 200, body: { outcome: outcome.status, delivery: presentDelivery(after) } };
    },
  });
}
