import { permit } from "@meterr/identity";
import { Problem, routeKey, type RouteKey } from "@meterr/runtime";
import { WRITE_LIMIT, type RouteParts } from "../route-parts.ts";
import { idParams, updateInput } from "../validators/inputs.ts";
import { presentVirtualKey, readVirtualKey } from "../virtual-key.ts";

/**
 * Changes the money limit. A limit below what is spent and reserved refuses every further call and takes nothing back.
 * Gateways learn of it like of a revocation, since a key that becomes limited is admitted by stricter rules.
 */
export function updateVirtualKey(parts: RouteParts, deps: { readonly newId: () => string }): RouteKey {
  return routeKey({
    ...parts,
    method: "PATCH",
    path: "/api/v1/virtual-keys/:id",
    authorize: permit("virtual_keys.update"),
    input: { params: idParams, body: updateInput },
    limit: WRITE_LIMIT,
    maxBodyBytes: 4 * 1024,
    idempotency: "accepted",
    handler: async ({ sql, tenant, params, body, audit, now }) => {
      const row = await readVirtualKey(sql, tenant.id, params.id);
      if (row.revoked_at !== null) throw new Problem("conflict", { detail: "This virtual key is revoked." });
      await sql.query(
        `insert into budgets (org_id, id, scope, scope_id, limit_nanousd) values ($1, $2, 'virtual_key', $3, $4)
         on conflict (org_id, scope, scope_id) do update set limit_nanousd = excluded.limit_nanousd`,
        [tenant.id, deps.newId(), row.id, body.limit_usd.toString()],
      );
      await sql.query("select note_revocation($1, 'policy', $2)", [tenant.id, row.id]);
      await audit({
        action: "virtual_key.limit_changed",
        subject: { type: "virtual_key", id: row.id },
        details: { from_nanousd: row.limit_nanousd, to_nanousd: body.limit_usd.toString() },
      });
      return { status: 200, body: presentVirtualKey(await readVirtualKey(sql, tenant.id, row.id), now) };
    },
  });
}
