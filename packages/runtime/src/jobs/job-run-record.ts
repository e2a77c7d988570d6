import type { Sql } from "../host.ts";
import { RuntimeError } from "../runtime-error.ts";

/** One tenant's turn in one run. */
export interface Turn {
  readonly tenantId: string;
  readonly job: string;
  readonly key: string;
  readonly runId: string;
  readonly attempts: number;
  readonly startedAt: Date;
}

export type Claim = "claimed" | "already_done" | "done_by_this_run" | "in_progress";

// Ends what hangs in the server even when this process hangs too. A stricter limit of the host's own is kept.
const BOUND =
  "select set_config(s.name, case when s.setting::bigint between 1 and $1 then s.setting else $1::bigint::text end, true)" +
  " from pg_settings s where s.name in ('statement_timeout', 'idle_in_transaction_session_timeout')";
// Held to the end of the transaction, and let go by PostgreSQL itself when the runner dies.
// By schema as well: two applications in one database have turns of their own.
const LOCK =
  "select pg_try_advisory_xact_lock(hashtextextended(coalesce(current_schema()::text, '') || $1::text, 0)) as locked";
const FIND = "select run_id, outcome from job_runs where org_id = $1 and job = $2 and key = $3";
const RECORD =
  "insert into job_runs as earlier (org_id, job, key, run_id, outcome, code, attempts, started_at, finished_at)" +
  " values ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp())" +
  " on conflict (org_id, job, key) do update set run_id = excluded.run_id, outcome = excluded.outcome," +
  " code = excluded.code, attempts = excluded.attempts, started_at = excluded.started_at," +
  " finished_at = excluded.finished_at where earlier.outcome <> 'done'";

/** Bounds every statement of this transaction, and every pause between two, to `milliseconds`. */
export async function boundTransaction(sql: Sql, milliseconds: number): Promise<void> {
  await sql.query(BOUND, [Math.ceil(milliseconds)]);
}

/** Takes the tenant's turn for this transaction, unless it is done or somebody else has it. */
export async function claimTurn(sql: Sql, turn: Turn): Promise<Claim> {
  const row = [turn.tenantId, turn.job, turn.key];
  const lock = await sql.query<{ locked: boolean }>(LOCK, [JSON.stringify(["job", ...row])]);
  if (lock.rows[0]?.locked !== true) return "in_progress";
  const found = await findTurn(sql, turn);
  return found ?? "claimed";
}

/** How the turn was ended, when it is done; null when it is not. */
export async function findTurn(sql: Sql, turn: Turn): Promise<"already_done" | "done_by_this_run" | null> {
  const found = await sql.query<{ run_id: string; outcome: string }>(FIND, [turn.tenantId, turn.job, turn.key]);
  const [earlier] = found.rows;
  if (earlier?.outcome !== "done") return null;
  return earlier.run_id === turn.runId ? "done_by_this_run" : "already_done";
}

/** The record that goes with the effect, in its transaction. Throws when another run's stands there already. */
export async function recordDone(sql: Sql, turn: Turn): Promise<void> {
  if (!(await record(sql, turn, "done", null))) {
    throw new RuntimeError("transaction_failed", "Another run of this key is done already.");
  }
}

/** @returns false when the turn is done after all, and its record stays as it is */
export async function recordFailure(
  sql: Sql,
  turn: Turn,
  outcome: "failed" | "timed_out",
  code: string,
): Promise<boolean> {
  return record(sql, turn, outcome, code);
}

async function record(sql: Sql, turn: Turn, outcome: string, code: string | null): Promise<boolean> {
  const { tenantId, job, key, runId, attempts, startedAt } = turn;
  const values = [tenantId, job, key, runId, outcome, code, attempts, startedAt];
  const { rowCount } = await sql.query(RECORD, values);
  return rowCount === 1;
}
