import { findPrice, pricedByOrganisation, type Priced, type Provider } from "@meterr/metering";
import type { Sql } from "@meterr/runtime";

const OWN = `select version, prices from organisation_prices
  where org_id = $1 and provider = $2 and model = $3 order by created_at desc, version desc limit 1`;

/** The price a call would be charged at now: the organisation's own first, then the catalogue's; null when neither. */
export async function priceInForce(
  sql: Sql,
  orgId: string,
  provider: Provider,
  model: string,
  at: Date,
): Promise<Priced | null> {
  const found = await sql.query<{ version: string; prices: unknown }>(OWN, [orgId, provider, model]);
  const own = found.rows[0];
  return own === undefined
    ? findPrice(provider, model, at)
    : pricedByOrganisation(provider, model, own.version, own.prices, at);
}
