import type { Breakdown } from "./validators/inputs.ts";

/** One row of the summary: of everything, of a day, of a group, or of a group on a day. */
export interface SummaryRow {
  /** Null where `of_all_days`. */
  day: string | null;
  of_all_days: boolean;
  /** Null where `of_all_groups`, and for the group of what is beyond the dearest. */
  id: string | null;
  of_all_groups: boolean;
  requests: string;
  failed: string;
  input_tokens: string;
  cached_tokens: string;
  output_tokens: string;
  cost_nanousd: string;
}

// $1 organisation, $2 first hour, $3 simulated. One statement, so that all sums are of one moment.
const HOURS = `from usage_hourly where org_id = $1 and hour >= $2 and simulated = $3`;
const SUMS = `coalesce(sum(h.requests), 0)::text as requests, coalesce(sum(h.failed), 0)::text as failed,
  coalesce(sum(h.input_tokens), 0)::text as input_tokens, coalesce(sum(h.cached_tokens), 0)::text as cached_tokens,
  coalesce(sum(h.output_tokens), 0)::text as output_tokens, coalesce(sum(h.cost_nanousd), 0)::text as cost_nanousd`;
// A hundred groups stand alone, the rest is summed up as one: a chart or a table of more says nothing.
const GROUPED = `, dearest as (
    select id from h group by id order by sum(cost_nanousd) desc, sum(requests) desc, id limit 100)
  select h.day, grouping(h.day) = 1 as of_all_days, d.id, grouping(d.id) = 1 as of_all_groups, ${SUMS}
  from h left join dearest d on d.id = h.id
  group by grouping sets ((), (h.day), (d.id), (h.day, d.id))
  order by h.day, sum(h.cost_nanousd) desc, d.id`;
const DAY = `to_char(hour at time zone 'UTC', 'YYYY-MM-DD') as day`;
const COUNTS = `requests, failed, input_tokens, cached_tokens, output_tokens, cost_nanousd`;

/** One constant statement a dimension: no column name is ever built from input. */
export const SUMMARY: Readonly<Record<Breakdown, string>> = {
  provider: `with h as (select ${DAY}, provider as id, ${COUNTS} ${HOURS})${GROUPED}`,
  model: `with h as (select ${DAY}, model as id, ${COUNTS} ${HOURS})${GROUPED}`,
  member: `with h as (select ${DAY}, member_id::text as id, ${COUNTS} ${HOURS})${GROUPED}`,
  virtual_key: `with h as (select ${DAY}, virtual_key_id::text as id, ${COUNTS} ${HOURS})${GROUPED}`,
};

/** What a person reads in place of an id; providers and models are their own names. */
export const NAMES = {
  member: "select id, name from members where org_id = $1 and id = any($2::uuid[])",
  virtual_key: "select id, name from virtual_keys where org_id = $1 and id = any($2::uuid[])",
} as const;
