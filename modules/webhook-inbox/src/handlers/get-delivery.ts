import { Problem, routeKey, type RouteKey } from "@meterr/runtime";
import { DELIVERY_COLUMNS, presentDelivery, type DeliveryRow } from "../inbox-delivery.ts";
import { READ_LIMIT, type MemberParts } from "../route-parts.ts";
import { deliveryParams } from "../validators/inputs.ts";

const ONE = `select ${DELIVERY_COLUMNS}, payload from webhook_inbox_deliveries where org_id = $1 and id = $2`;

/** One delivery with its payload as it came. */
export function getDelivery(parts: MemberParts): RouteKey {
  return routeKey({
    ...parts,
    method: "GET",
    path: "/api/v1/webhook-inbox/deliveries/:id",
    input: { params: deliveryParams },
    limit: READ_LIMIT,
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async ({ sql, tenant, params }) => {
      const { rows } = await sql.query<DeliveryRow & { payload: string }>(ONE, [tenant.id, params.id]);
      const [row] = rows;
      if (row === undefined) throw new Problem("not_found");
      return { status: 200, body: { ...presentDelivery(row), payload: row.payload } };
    },
  });
}
