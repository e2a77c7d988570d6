import { findPrice, priceTableFromJson, type Priced, type Provider } from "@meterr/metering";
import type { Sql } from "@meterr/runtime";
import { presentPrices } from "./price-fields.ts";

export interface PriceRow {
  version: string;
  provider: Provider;
  model: string;
  prices: unknown;
  created_by: string;
  created_at: Date;
}

const IN_FORCE = `select version, provider, model, prices, created_by, created_at from organisation_prices
  where org_id = $1 and provider = $2 and model = $3 order by created_at desc limit 1`;

export function presentRow(row: PriceRow): Record<string, unknown> {
  return {
    provider: row.provider,
    model: row.model,
    version: row.version,
    source: "organisation",
    prices: presentPrices(priceTableFromJson(row.prices)),
    tiered: false,
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
  };
}

/** A catalogue price has no author and no date here; `model` is the catalogue's name for what was asked. */
export function presentCatalogue(price: Priced): Record<string, unknown> {
  return {
    provider: price.provider,
    model: price.model,
    version: price.version,
    source: price.source,
    prices: presentPrices(price.table),
    tiered: Object.values(price.table).some((rate) => rate.tiers.length > 0),
    created_by: null,
    created_at: null,
  };
}

/** What a call to this model is metered at now: the organisation's own price first, then the catalogue's. */
export async function priceInForce(
  sql: Sql,
  orgId: string,
  provider: Provider,
  model: string,
  at: Date,
): Promise<Record<string, unknown> | null> {
  const found = await sql.query<PriceRow>(IN_FORCE, [orgId, provider, model]);
  const own = found.rows[0];
  if (own !== undefined) return presentRow(own);
  const listed = findPrice(provider, model, at);
  return listed === null ? null : presentCatalogue(listed);
}
