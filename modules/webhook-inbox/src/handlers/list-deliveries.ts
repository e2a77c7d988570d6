import { routeKey, type RouteKey } from "@meterr/runtime";
import { DELIVERY_COLUMNS, presentDelivery, type DeliveryRow } from "../inbox-delivery.ts";
import { READ_LIMIT, type MemberParts } from "../route-parts.ts";
import { listQuery } from "../validators/inputs.ts";

const PAGE = `select ${DELIVERY_COLUMNS} from webhook_inbox_deliveries
  where org_id = $1 and ($2::text is null or source = $2) and ($3::text is null or status = $3)
    and ($4::timestamptz is null or (received_at, id) < ($4::timestamptz, $5::uuid))
  order by received_at desc, id desc limit $6`;

/** What arrived, newest first, without the payloads. */
export function listDeliveries(parts: MemberParts): RouteKey {
  return routeKey({
    ...parts,
    method: "GET",
    path: "/api/v1/webhook-inbox/deliveries",
    input: { query: listQuery },
    limit: READ_LIMIT,
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async ({ sql, tenant, query }) => {
      const { source, status, cursor, limit } = query;
      const found = await sql.query<DeliveryRow>(PAGE, [
        tenant.id,
        source ?? null,
        status ?? null,
        cursor?.at ?? null,
        cursor?.id ?? null,
        limit + 1,
      ]);
      const rows = found.rows.slice(0, limit);
      const last = found.rows.length > limit ? rows.at(-1) : undefined;
      return {
        status: 200,
        body: {
          items: rows.map(presentDelivery),
          next_cursor: last === undefined ? null : `${last.received_at.toISOString()}_${last.id}`,
        },
      };
    },
  });
}
