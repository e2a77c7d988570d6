import { permit } from "@meterr/identity";
import { routeKey, type RouteKey } from "@meterr/runtime";
import { COLUMNS, presentProviderSecret, type ProviderSecretRow } from "../provider-secret.ts";
import { READ_LIMIT, type RouteParts } from "../route-parts.ts";
import { listQuery } from "../validators/inputs.ts";

/** An organisation has tens of provider secrets, not thousands; this bounds the answer all the same. */
const MOST = 500;

export function listProviderSecrets(parts: RouteParts): RouteKey {
  return routeKey({
    ...parts,
    method: "GET",
    path: "/api/v1/provider-secrets",
    authorize: permit("provider_secrets.read"),
    input: { query: listQuery },
    limit: READ_LIMIT,
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async ({ sql, tenant, query }) => {
      const found = await sql.query<ProviderSecretRow>(
        `select ${COLUMNS} from provider_secrets
         where org_id = $1 and ($2 or revoked_at is null) order by created_at desc, id limit $3`,
        [tenant.id, query.include_revoked === "true", MOST],
      );
      return { status: 200, body: { items: found.rows.map(presentProviderSecret), next_cursor: null } };
    },
  });
}
