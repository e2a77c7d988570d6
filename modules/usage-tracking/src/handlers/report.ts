import { permit } from "@meterr/identity";
import { LedgerError, recordReportedUsage } from "@meterr/ledger";
import {
  costOf,
  exactUsd,
  findPrice,
  makeBuckets,
  pricedByOrganisation,
  type Priced,
  type Provider,
} from "@meterr/metering";
import { Problem, routeKey, type RouteKey, type Sql } from "@meterr/runtime";
import { REPORT_LIMIT, type RouteParts } from "../route-parts.ts";
import { reportInput } from "../validators/inputs.ts";

const MINUTE = 60_000;
/** What record_reported_usage takes, milliseconds: sums of five weeks may still change, and clocks differ by minutes. */
const OLDEST = 35 * 24 * 60 * MINUTE;
const AHEAD = 5 * MINUTE;

/**
 * Records usage an application measured itself. It is priced here (the caller cannot name a cost), marked as
 * reported, counted for the reporting member, and never moves a budget.
 */
export function reportUsage(parts: RouteParts, deps: { readonly newId: () => string }): RouteKey {
  return routeKey({
    ...parts,
    method: "POST",
    path: "/api/v1/usage",
    authorize: permit("usage.report"),
    input: { body: reportInput },
    limit: REPORT_LIMIT,
    maxBodyBytes: 8 * 1024,
    idempotency: "accepted",
    problems: {
      model_unpriced: {
        status: 400,
        detail: "No price is known for this model. An administrator can set one in the dashboard, under Settings.",
      },
      time_out_of_range: { status: 400, detail: "Usage can be reported for the last 35 days, and not ahead of now." },
    },
    handler: async ({ sql, tenant, body, now, requestId }) => {
      if (tenant.subject === null) throw new Problem("forbidden", { detail: "Only a member can report usage." });
      const occurredAt = body.occurred_at ?? now;
      if (occurredAt < new Date(now.getTime() - OLDEST) || occurredAt > new Date(now.getTime() + AHEAD))
        throw new Problem("time_out_of_range", { errors: [{ path: "body.occurred_at" }] });
      const price = await priceOf(sql, tenant.id, body.provider, body.model, occurredAt);
      if (price === null) throw new Problem("model_unpriced", { errors: [{ path: "body.model" }] });
      const buckets = makeBuckets(definedOnly(body.usage));
      const cost = costOf(buckets, price.table);
      const id = deps.newId();
      const [result] = await recordReportedUsage(sql, [
        {
          ...buckets,
          id,
          occurred_at: occurredAt,
          provider: body.provider,
          endpoint: body.endpoint ?? "reported",
          model: body.model,
          virtual_key_id: null,
          member_id: tenant.subject,
          request_id: body.request_id ?? requestId,
          price_version: price.version,
          cost_nanousd: cost.toString(),
        },
      ]).catch((error: unknown) => {
        if (error instanceof LedgerError && error.code === "time_out_of_range") throw new Problem("time_out_of_range");
        throw error;
      });
      if (result?.result !== "written") throw new Problem("conflict", { detail: "The usage could not be recorded." });
      return {
        status: 201,
        body: {
          id,
          source: "reported",
          occurred_at: occurredAt.toISOString(),
          price_version: price.version,
          cost_nanousd: cost.toString(),
          cost_usd: exactUsd(cost),
        },
      };
    },
  });
}

interface OwnPrice {
  version: string;
  prices: unknown;
  in_force: boolean;
}

/** The version in force at $4; when there was none yet, the first one set after it. */
const OWN_PRICE = `select version, prices, created_at <= $4 as in_force from organisation_prices
  where org_id = $1 and provider = $2 and model = $3
  order by created_at <= $4 desc, case when created_at <= $4 then created_at end desc, created_at limit 1`;

/**
 * The organisation's own price in force, as the gateway does it, then the catalogue's. What neither knew at the time
 * is priced by the first own price set since: else a model could never be reported for the days before.
 */
async function priceOf(sql: Sql, orgId: string, provider: Provider, model: string, at: Date): Promise<Priced | null> {
  const found = await sql.query<OwnPrice>(OWN_PRICE, [orgId, provider, model, at]);
  const [own] = found.rows;
  const catalogue = findPrice(provider, model, at);
  if (own === undefined || (catalogue !== null && !own.in_force)) return catalogue;
  return pricedByOrganisation(provider, model, own.version, own.prices, at);
}

/** Absent counts are left out rather than passed as undefined. */
function definedOnly(usage: Record<string, number | undefined>): Record<string, number> {
  return Object.fromEntries(Object.entries(usage).filter((entry): entry is [string, number] => entry[1] !== undefined));
}
