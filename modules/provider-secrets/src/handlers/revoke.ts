import { permit } from "@meterr/identity";
import { Problem, routeKey, type RouteKey } from "@meterr/runtime";
import { WRITE_LIMIT, type RouteParts } from "../route-parts.ts";
import { idParams } from "../validators/inputs.ts";

/** Revokes everywhere: no admission with it after a second, running calls ended, sealed versions destroyed. */
export function revokeProviderSecret(parts: RouteParts): RouteKey {
  return routeKey({
    ...parts,
    method: "DELETE",
    path: "/api/v1/provider-secrets/:id",
    authorize: permit("provider_secrets.revoke"),
    input: { params: idParams },
    limit: WRITE_LIMIT,
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async ({ sql, tenant, params, audit }) => {
      const revoked = await sql.query<{ revoked: boolean }>("select revoke_provider_secret($1, $2) as revoked", [
        tenant.id,
        params.id,
      ]);
      if (revoked.rows[0]?.revoked !== true)
        throw new Problem("not_found", { detail: "There is no such provider secret." });
      await audit({ action: "provider_secret.revoked", subject: { type: "provider_secret", id: params.id } });
      return { status: 204 };
    },
  });
}
