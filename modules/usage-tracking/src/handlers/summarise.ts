import { permit } from "@meterr/identity";
import { exactUsd } from "@meterr/metering";
import { routeKey, type RouteKey, type Sql } from "@meterr/runtime";
import { READ_LIMIT, type RouteParts } from "../route-parts.ts";
import { summaryQuery, type Breakdown } from "../validators/inputs.ts";

interface Sums {
  requests: string;
  failed: string;
  input_tokens: string;
  cached_tokens: string;
  output_tokens: string;
  cost_nanousd: string;
}

const SUMS = `coalesce(sum(requests), 0)::text as requests, coalesce(sum(failed), 0)::text as failed,
  coalesce(sum(input_tokens), 0)::text as input_tokens, coalesce(sum(cached_tokens), 0)::text as cached_tokens,
  coalesce(sum(output_tokens), 0)::text as output_tokens, coalesce(sum(cost_nanousd), 0)::text as cost_nanousd`;
const WHERE = `where h.org_id = $1 and h.hour >= $2 and h.simulated = $3`;

const TOTAL = `select ${SUMS} from usage_hourly h ${WHERE}`;
const PER_DAY = `select to_char(date_trunc('day', h.hour, 'UTC') at time zone 'UTC', 'YYYY-MM-DD') as day, ${SUMS}
  from usage_hourly h ${WHERE} group by 1 order by 1`;

/** One constant statement a dimension: no column name is ever built from input. The name is what a person reads. */
const BY: Record<Breakdown, { totals: string; perDay: string }> = {
  provider: {
    totals: `select h.provider as id, h.provider as name, ${SUMS} from usage_hourly h ${WHERE} group by 1, 2 order by sum(cost_nanousd) desc, 1 limit 200`,
    perDay: `select to_char(date_trunc('day', h.hour, 'UTC') at time zone 'UTC', 'YYYY-MM-DD') as day, h.provider as id, ${SUMS}
      from usage_hourly h ${WHERE} group by 1, 2 order by 1, 2`,
  },
  model: {
    totals: `select h.model as id, h.model as name, ${SUMS} from usage_hourly h ${WHERE} group by 1, 2 order by sum(cost_nanousd) desc, 1 limit 200`,
    perDay: `select to_char(date_trunc('day', h.hour, 'UTC') at time zone 'UTC', 'YYYY-MM-DD') as day, h.model as id, ${SUMS}
      from usage_hourly h ${WHERE} group by 1, 2 order by 1, 2`,
  },
  member: {
    totals: `select h.member_id as id, coalesce(m.name, 'No member') as name, ${SUMS} from usage_hourly h
      left join members m on m.org_id = h.org_id and m.id = h.member_id ${WHERE} group by 1, 2 order by sum(cost_nanousd) desc, 1 limit 200`,
    perDay: `select to_char(date_trunc('day', h.hour, 'UTC') at time zone 'UTC', 'YYYY-MM-DD') as day, h.member_id as id, ${SUMS}
      from usage_hourly h ${WHERE} group by 1, 2 order by 1, 2`,
  },
  virtual_key: {
    totals: `select h.virtual_key_id as id, coalesce(k.name, 'Reported usage') as name, ${SUMS} from usage_hourly h
      left join virtual_keys k on k.org_id = h.org_id and k.id = h.virtual_key_id ${WHERE} group by 1, 2 order by sum(cost_nanousd) desc, 1 limit 200`,
    perDay: `select to_char(date_trunc('day', h.hour, 'UTC') at time zone 'UTC', 'YYYY-MM-DD') as day, h.virtual_key_id as id, ${SUMS}
      from usage_hourly h ${WHERE} group by 1, 2 order by 1, 2`,
  },
};

const DAY = 86_400_000;

export function summarise(parts: RouteParts): RouteKey {
  return routeKey({
    ...parts,
    method: "GET",
    path: "/api/v1/usage/summary",
    authorize: permit("usage.read"),
    input: { query: summaryQuery },
    limit: READ_LIMIT,
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async ({ sql, tenant, query, now }) => ({
      status: 200,
      body: await readSummary(
        sql,
        tenant.id,
        { by: query.by, days: query.days, simulated: query.simulated === "true" },
        now,
      ),
    }),
  });
}

/** Sums of the last `days` calendar days (UTC), today included. */
async function readSummary(
  sql: Sql,
  orgId: string,
  ask: { by: Breakdown; days: number; simulated: boolean },
  now: Date,
): Promise<Record<string, unknown>> {
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  const since = new Date(today - (ask.days - 1) * DAY);
  const values = [orgId, since, ask.simulated];
  const total = await sql.query<Sums>(TOTAL, values);
  const perDay = await sql.query<Sums & { day: string }>(PER_DAY, values);
  const groups = await sql.query<Sums & { id: string; name: string }>(BY[ask.by].totals, values);
  const groupsPerDay = await sql.query<Sums & { day: string; id: string }>(BY[ask.by].perDay, values);
  const [sums] = total.rows;
  return {
    since: since.toISOString(),
    until: now.toISOString(),
    simulated: ask.simulated,
    by: ask.by,
    total: sums === undefined ? null : present(sums),
    days: perDay.rows.map(({ day, ...row }) => ({ day, ...present(row) })),
    groups: groups.rows.map(({ id, name, ...row }) => ({ id, name, ...present(row) })),
    group_days: groupsPerDay.rows.map(({ day, id, ...row }) => ({ day, id, ...present(row) })),
  };
}

function present(sums: Sums): Record<string, number | string> {
  return {
    requests: Number(sums.requests),
    failed: Number(sums.failed),
    input_tokens: Number(sums.input_tokens),
    cached_tokens: Number(sums.cached_tokens),
    output_tokens: Number(sums.output_tokens),
    cost_nanousd: sums.cost_nanousd,
    cost_usd: exactUsd(BigInt(sums.cost_nanousd)),
  };
}
