import { permit } from "@meterr/identity";
import { routeKey, type RouteKey } from "@meterr/runtime";
import { COLUMNS, MOST_API_TOKENS, presentApiToken, type ApiTokenRow } from "../api-token-rows.ts";
import { READ_LIMIT, type RouteParts } from "../route-parts.ts";
import { apiTokensQuery } from "../validators/inputs.ts";

export function listApiTokens(parts: RouteParts): RouteKey {
  return routeKey({
    ...parts,
    method: "GET",
    path: "/api/v1/api-tokens",
    authorize: permit("api_tokens.read"),
    input: { query: apiTokensQuery },
    limit: READ_LIMIT,
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async ({ sql, tenant, query, now }) => {
      const found = await sql.query<ApiTokenRow>(
        `select ${COLUMNS} from api_tokens
         where org_id = $1 and ($2 or revoked_at is null) order by created_at desc, id limit $3`,
        [tenant.id, query.include_revoked === "true", MOST_API_TOKENS],
      );
      return { status: 200, body: { items: found.rows.map((row) => presentApiToken(row, now)), next_cursor: null } };
    },
  });
}
