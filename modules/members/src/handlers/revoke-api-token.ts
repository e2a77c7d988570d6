import { permit } from "@meterr/identity";
import { Problem, routeKey, type RouteKey } from "@meterr/runtime";
import { WRITE_LIMIT, type RouteParts } from "../route-parts.ts";
import { idParams } from "../validators/inputs.ts";

export function revokeApiToken(parts: RouteParts): RouteKey {
  return routeKey({
    ...parts,
    method: "DELETE",
    path: "/api/v1/api-tokens/:id",
    authorize: permit("api_tokens.revoke"),
    input: { params: idParams },
    limit: WRITE_LIMIT,
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async ({ sql, tenant, params, audit }) => {
      const revoked = await sql.query<{ revoked: boolean }>("select revoke_api_token($1, $2) as revoked", [
        tenant.id,
        params.id,
      ]);
      if (revoked.rows[0]?.revoked !== true) {
        throw new Problem("not_found", { detail: "There is no such API token, or it was revoked before." });
      }
      await audit({ action: "api_token.revoked", subject: { type: "api_token", id: params.id } });
      return { status: 204 };
    },
  });
}
