import { exactUsd } from "@meterr/metering";
import { Problem, type Sql } from "@meterr/runtime";
import type { Provider } from "./validators/inputs.ts";

/** A virtual key with its budget and bindings, as the API reads it. Never the key, never its hash. */
export interface VirtualKeyRow {
  id: string;
  name: string;
  mode: "live" | "test";
  display: string;
  member_id: string;
  created_by: string;
  allowed_models: string[] | null;
  allowed_origins: string[] | null;
  created_at: Date;
  /** The same instant in microseconds, which a Date cannot hold. */
  created_micros: string;
  expires_at: Date | null;
  revoked_at: Date | null;
  suspended_at: Date | null;
  suspended_reason: string | null;
  /** Of the whole life, simulated or not. */
  spent_nanousd: string;
  /** The budget's three: null without a limit. */
  limit_nanousd: string | null;
  limit_spent_nanousd: string | null;
  reserved_nanousd: string | null;
  providers: { provider: Provider; provider_secret_id: string | null }[];
}

const COLUMNS = `k.id, k.name, k.mode, k.display, k.member_id, k.created_by, k.allowed_models, k.allowed_origins,
  k.created_at, k.expires_at, k.revoked_at, k.suspended_at, k.suspended_reason`;

/**
 * What stands behind every `with page as (…)`. Spending is summed from the roll-ups, which hold each event once, and
 * not read off the budget: that begins with the limit, so it would forget what a key cost before it had one. One scan
 * sums up the whole page.
 */
const READ = `, spending as (
    select u.virtual_key_id, sum(u.cost_nanousd) as nanousd from usage_hourly u
    where u.org_id = $1 and u.virtual_key_id in (select id from page) group by u.virtual_key_id)
  select ${COLUMNS}, (extract(epoch from k.created_at) * 1000000)::bigint::text as created_micros,
    coalesce(s.nanousd, 0)::text as spent_nanousd,
    b.limit_nanousd::text, b.spent_nanousd::text as limit_spent_nanousd, b.reserved_nanousd::text,
    coalesce((select jsonb_agg(jsonb_build_object('provider', p.provider, 'provider_secret_id', p.provider_secret_id)
        order by p.provider)
      from virtual_key_providers p where p.org_id = $1 and p.virtual_key_id = k.id), '[]'::jsonb) as providers
  from page k
  left join spending s on s.virtual_key_id = k.id
  left join budgets b on b.org_id = $1 and b.scope = 'virtual_key' and b.scope_id = k.id`;

/** $1 organisation, $2 id. */
const SELECT_ONE = `with page as (select ${COLUMNS} from virtual_keys k where k.org_id = $1 and k.id = $2)${READ}`;

/** Newest first. $1 organisation, $2 with revoked ones, $3 and $4 the last of the page before or null, $5 how many. */
export const SELECT_PAGE = `with page as (
    select ${COLUMNS} from virtual_keys k
    where k.org_id = $1 and ($2 or k.revoked_at is null)
      and ($3::bigint is null
        or (k.created_at, k.id) < (timestamptz 'epoch' + $3::bigint * interval '1 microsecond', $4::uuid))
    order by k.created_at desc, k.id desc limit $5)${READ}
  order by k.created_at desc, k.id desc`;

/** Another organisation's key, another member's for a developer, and one that never was: all not found. */
export async function readVirtualKey(sql: Sql, orgId: string, id: string): Promise<VirtualKeyRow> {
  const found = await sql.query<VirtualKeyRow>(SELECT_ONE, [orgId, id]);
  const row = found.rows[0];
  if (row === undefined) throw new Problem("not_found", { detail: "There is no such virtual key." });
  return row;
}

/** What the API answers: money as decimal strings of US dollars and whole nano-dollars. */
export function presentVirtualKey(row: VirtualKeyRow, now: Date): Record<string, unknown> {
  return {
    id: row.id,
    name: row.name,
    mode: row.mode,
    display: row.display,
    status: statusOf(row, now),
    suspended_reason: row.suspended_reason,
    member_id: row.member_id,
    created_by: row.created_by,
    allowed_models: row.allowed_models,
    allowed_origins: row.allowed_origins,
    providers: row.providers,
    limit_usd: row.limit_nanousd === null ? null : exactUsd(BigInt(row.limit_nanousd)),
    limit_nanousd: row.limit_nanousd,
    limit_spent_nanousd: row.limit_spent_nanousd,
    spent_usd: exactUsd(BigInt(row.spent_nanousd)),
    spent_nanousd: row.spent_nanousd,
    reserved_nanousd: row.reserved_nanousd ?? "0",
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at?.toISOString() ?? null,
    revoked_at: row.revoked_at?.toISOString() ?? null,
  };
}

function statusOf(row: VirtualKeyRow, now: Date): "active" | "revoked" | "expired" | "suspended" {
  if (row.revoked_at !== null) return "revoked";
  if (row.expires_at !== null && row.expires_at <= now) return "expired";
  return row.suspended_at === null ? "active" : "suspended";
}
