import { permit } from "@meterr/identity";
import { routeKey, type RouteKey } from "@meterr/runtime";
import { READ_LIMIT, type RouteParts } from "../route-parts.ts";
import { idParams } from "../validators/inputs.ts";
import { presentVirtualKey, readVirtualKey } from "../virtual-key.ts";

export function getVirtualKey(parts: RouteParts): RouteKey {
  return routeKey({
    ...parts,
    method: "GET",
    path: "/api/v1/virtual-keys/:id",
    authorize: permit("virtual_keys.read"),
    input: { params: idParams },
    limit: READ_LIMIT,
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async ({ sql, tenant, params, now }) => ({
      status: 200,
      body: presentVirtualKey(await readVirtualKey(sql, tenant.id, params.id), now),
    }),
  });
}
