import { exactUsd } from "@meterr/metering";
import type { Sql } from "@meterr/runtime";
import { NAMES, SUMMARY, type SummaryRow } from "./summary-statements.ts";
import type { Breakdown } from "./validators/inputs.ts";

export interface SummaryRequest {
  readonly orgId: string;
  readonly by: Breakdown;
  /** Calendar days in UTC, today included. */
  readonly days: number;
  readonly simulated: boolean;
  readonly now: Date;
}

interface Sums {
  requests: number;
  failed: number;
  input_tokens: number;
  cached_tokens: number;
  output_tokens: number;
  /** Digits of whole nano-dollars. */
  cost_nanousd: string;
  cost_usd: string;
}

export interface Summary {
  since: string;
  until: string;
  simulated: boolean;
  by: Breakdown;
  total: Sums;
  days: ({ day: string } & Sums)[];
  /** Dearest first. `id` null: all beyond the dearest hundred. */
  groups: ({ id: string | null; name: string } & Sums)[];
  group_days: ({ day: string; id: string | null } & Sums)[];
}

/** Milliseconds; UTC has no shorter or longer ones. */
const DAY = 86_400_000;
/** Stands in the roll-up where an event has no member or no virtual key. */
const NONE = "00000000-0000-0000-0000-000000000000";
const NAME_OF_NONE = { member: "No member", virtual_key: "Reported usage" } as const;

/** Sums of the last days, read in one statement: days and groups each add up to the total. */
export async function readSummary(sql: Sql, request: SummaryRequest): Promise<Summary> {
  const { orgId, by, simulated, now } = request;
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  const since = new Date(today - (request.days - 1) * DAY);
  const { rows } = await sql.query<SummaryRow>(SUMMARY[by], [orgId, since, simulated]);
  const summary: Summary = {
    since: since.toISOString(),
    until: now.toISOString(),
    simulated,
    by,
    total: NOTHING,
    days: [],
    groups: [],
    group_days: [],
  };
  const nameOf = await readNames(sql, orgId, by, rows);
  for (const row of rows) {
    const { day, id } = row;
    if (row.of_all_groups && row.of_all_days) summary.total = present(row);
    else if (row.of_all_days) summary.groups.push({ id, name: nameOf(id), ...present(row) });
    else if (day !== null && row.of_all_groups) summary.days.push({ day, ...present(row) });
    else if (day !== null) summary.group_days.push({ day, id, ...present(row) });
  }
  return summary;
}

async function readNames(
  sql: Sql,
  orgId: string,
  by: Breakdown,
  rows: readonly SummaryRow[],
): Promise<(id: string | null) => string> {
  const nameOf = (id: string | null, known: string | undefined): string => (id === null ? "Others" : (known ?? id));
  if (by !== "member" && by !== "virtual_key") return (id) => nameOf(id, undefined);
  const ids = rows.flatMap(({ id, of_all_days }) => (of_all_days && id !== null && id !== NONE ? [id] : []));
  const found = await sql.query<{ id: string; name: string }>(NAMES[by], [orgId, ids]);
  const names = new Map(found.rows.map(({ id, name }) => [id, name]));
  names.set(NONE, NAME_OF_NONE[by]);
  return (id) => nameOf(id, id === null ? undefined : names.get(id));
}

const NOTHING: Sums = {
  requests: 0,
  failed: 0,
  input_tokens: 0,
  cached_tokens: 0,
  output_tokens: 0,
  cost_nanousd: "0",
  cost_usd: "0",
};

function present(row: SummaryRow): Sums {
  return {
    requests: Number(row.requests),
    failed: Number(row.failed),
    input_tokens: Number(row.input_tokens),
    cached_tokens: Number(row.cached_tokens),
    output_tokens: Number(row.output_tokens),
    cost_nanousd: row.cost_nanousd,
    cost_usd: exactUsd(BigInt(row.cost_nanousd)),
  };
}
