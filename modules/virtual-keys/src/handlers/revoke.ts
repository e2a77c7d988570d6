import { permit } from "@meterr/identity";
import { Problem, routeKey, type RouteKey } from "@meterr/runtime";
import { WRITE_LIMIT, type RouteParts } from "../route-parts.ts";
import { idParams } from "../validators/inputs.ts";
import { readVirtualKey } from "../virtual-key.ts";

/** Revokes everywhere within a second. Reading first under the member's own visibility decides whose key this is. */
export function revokeVirtualKey(parts: RouteParts): RouteKey {
  return routeKey({
    ...parts,
    method: "DELETE",
    path: "/api/v1/virtual-keys/:id",
    authorize: permit("virtual_keys.revoke"),
    input: { params: idParams },
    limit: WRITE_LIMIT,
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async ({ sql, tenant, params, audit }) => {
      const row = await readVirtualKey(sql, tenant.id, params.id);
      const revoked = await sql.query<{ revoked: boolean }>("select revoke_virtual_key($1, $2) as revoked", [
        tenant.id,
        row.id,
      ]);
      if (revoked.rows[0]?.revoked !== true) {
        throw new Problem("not_found", { detail: "This virtual key was revoked before." });
      }
      await audit({
        action: "virtual_key.revoked",
        subject: { type: "virtual_key", id: row.id },
        details: { name: row.name },
      });
      return { status: 204 };
    },
  });
}
