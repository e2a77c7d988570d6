import { permit } from "@meterr/identity";
import { Problem, routeKey, type RouteKey, type Sql } from "@meterr/runtime";
import { COLUMNS, presentProviderSecret, type ProviderSecretRow } from "../provider-secret.ts";
import { READ_LIMIT, type RouteParts } from "../route-parts.ts";
import { idParams } from "../validators/inputs.ts";

export function getProviderSecret(parts: RouteParts): RouteKey {
  return routeKey({
    ...parts,
    method: "GET",
    path: "/api/v1/provider-secrets/:id",
    authorize: permit("provider_secrets.read"),
    input: { params: idParams },
    limit: READ_LIMIT,
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async ({ sql, tenant, params }) => ({
      status: 200,
      body: presentProviderSecret(await readProviderSecret(sql, tenant.id, params.id)),
    }),
  });
}

/** Another organisation's secret and one that never was look the same: not found. */
export async function readProviderSecret(sql: Sql, orgId: string, id: string): Promise<ProviderSecretRow> {
  const found = await sql.query<ProviderSecretRow>(
    `select ${COLUMNS} from provider_secrets where org_id = $1 and id = $2`,
    [orgId, id],
  );
  const row = found.rows[0];
  if (row === undefined) throw new Problem("not_found", { detail: "There is no such provider secret." });
  return row;
}
