import { permit } from "@meterr/identity";
import { Problem, routeKey, type RouteKey } from "@meterr/runtime";
import { presentRow, priceInForce, type PriceRow } from "../price-rows.ts";
import { READ_LIMIT, type RouteParts } from "../route-parts.ts";
import { listQuery } from "../validators/inputs.ts";

/** The newest version of each model; older ones are history that events refer to. */
const PAGE = `select distinct on (provider, model) version, provider, model, prices, created_by, created_at
  from organisation_prices
  where org_id = $1 and ($2::text is null or provider = $2) and ($3::text is null or model = $3)
    and ($4::text is null or (provider, model) > ($4, $5::text))
  order by provider, model, created_at desc limit $6`;

/** The organisation's own prices. With `provider` and `model` also `in_force`: what a call is metered at now. */
export function listModelPrices(parts: RouteParts): RouteKey {
  return routeKey({
    ...parts,
    method: "GET",
    path: "/api/v1/model-prices",
    authorize: permit("prices.read"),
    input: { query: listQuery },
    limit: READ_LIMIT,
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async ({ sql, tenant, query, now }) => {
      const { provider, model, limit } = query;
      const after = readCursor(query.cursor);
      const found = await sql.query<PriceRow>(PAGE, [
        tenant.id,
        provider ?? null,
        model ?? null,
        after?.provider ?? null,
        after?.model ?? null,
        limit + 1,
      ]);
      const rows = found.rows.slice(0, limit);
      const last = found.rows.length > limit ? rows.at(-1) : undefined;
      const page = {
        items: rows.map(presentRow),
        next_cursor: last === undefined ? null : `${last.provider} ${last.model}`,
      };
      if (provider === undefined || model === undefined) return { status: 200, body: page };
      return { status: 200, body: { ...page, in_force: await priceInForce(sql, tenant.id, provider, model, now) } };
    },
  });
}

function readCursor(text: string | undefined): { provider: string; model: string } | null {
  if (text === undefined) return null;
  const match = /^(openai|anthropic|google) ([A-Za-z0-9][A-Za-z0-9._:/-]{0,199})$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new Problem("invalid_input", {
      detail: "Use next_cursor of the page before.",
      errors: [{ path: "query.cursor" }],
    });
  }
  return { provider: match[1], model: match[2] };
}
