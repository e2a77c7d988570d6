import { permit } from "@meterr/identity";
import { Problem, routeKey, type RouteKey } from "@meterr/runtime";
import { toStoredPrices } from "../price-fields.ts";
import { presentRow, type PriceRow } from "../price-rows.ts";
import { WRITE_LIMIT, type RouteParts } from "../route-parts.ts";
import { setInput } from "../validators/inputs.ts";

/** Prices of one organisation are set one after the other, so that the newest by time is the last one set. */
const LOCK = "select pg_advisory_xact_lock(hashtextextended('organisation_prices ' || $1, 0))";
const INSERT = `insert into organisation_prices (org_id, version, provider, model, prices, created_by, created_at)
  values ($1, $2, $3, $4, $5, $6, clock_timestamp())
  returning version, provider, model, prices, created_by, created_at`;

/**
 * Sets a price from now on. Events keep the version they were priced at. Gateways drop what they remembered of this
 * organisation's prices as they would a revoked key: within a second, the notification cut included.
 */
export function setModelPrice(parts: RouteParts, deps: { readonly newId: () => string }): RouteKey {
  return routeKey({
    ...parts,
    method: "POST",
    path: "/api/v1/model-prices",
    authorize: permit("prices.update"),
    input: { body: setInput },
    limit: WRITE_LIMIT,
    maxBodyBytes: 4 * 1024,
    idempotency: "accepted",
    handler: async ({ sql, tenant, body, audit }) => {
      if (tenant.subject === null) throw new Problem("forbidden", { detail: "Only a member can set a price." });
      const version = `own_${deps.newId()}`;
      const prices = toStoredPrices(body.prices);
      await sql.query(LOCK, [tenant.id]);
      const written = await sql.query<PriceRow>(INSERT, [
        tenant.id,
        version,
        body.provider,
        body.model,
        JSON.stringify(prices),
        tenant.subject,
      ]);
      const row = written.rows[0];
      if (row === undefined) throw new Problem("internal_error");
      await sql.query("select note_revocation($1, 'policy', $1)", [tenant.id]);
      await audit({
        action: "model_price.set",
        subject: { type: "model", id: `${body.provider}/${body.model}` },
        details: { version, ...(prices as Record<string, string>) },
      });
      return { status: 201, body: presentRow(row) };
    },
  });
}
