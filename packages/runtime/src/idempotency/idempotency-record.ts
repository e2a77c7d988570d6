import type { Sql } from "../host.ts";
import { Problem } from "../problem.ts";

export interface IdempotencyScope {
  readonly tenantId: string;
  readonly principalId: string;
  readonly route: string;
  readonly key: string;
  readonly hash: Uint8Array;
  readonly now: Date;
}

export interface IdempotencyReplay {
  readonly status: number;
  readonly body: unknown;
}

/** How long an answer is repeated. Clients retry within minutes; after a day a repetition is a new wish. */
export const IDEMPOTENCY_HOURS = 24;

// Held to the end of the transaction, so a second request cannot pass while the first is undecided.
export const LOCK = "select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as locked";
export const FIND =
  "select request_hash = $5 as same, status, body, created_at < $6 as expired from idempotency_keys" +
  " where org_id = $1 and principal_id = $2 and route = $3 and key = $4";
export const FORGET =
  "delete from idempotency_keys where org_id = $1 and principal_id = $2 and route = $3 and key = $4";
export const REMEMBER =
  "insert into idempotency_keys (org_id, principal_id, route, key, request_hash, status, body)" +
  " values ($1, $2, $3, $4, $5, $6, $7)";

/**
 * Claims the key for this transaction, or returns the answer to repeat.
 * Throws Problem `idempotency_in_progress` (409) while another request holds it and `idempotency_key_reused` (422)
 * when it was used for a different request (draft-ietf-httpapi-idempotency-key-header-07 §2.7).
 */
export async function claimIdempotency(sql: Sql, scope: IdempotencyScope): Promise<IdempotencyReplay | null> {
  const row = [scope.tenantId, scope.principalId, scope.route, scope.key];
  const lock = await sql.query<{ locked: boolean }>(LOCK, [JSON.stringify(row)]);
  if (lock.rows[0]?.locked !== true) {
    throw new Problem("idempotency_in_progress", { headers: { "retry-after": "1" } });
  }
  const oldest = new Date(scope.now.getTime() - IDEMPOTENCY_HOURS * 3_600_000);
  const found = await sql.query<{ same: boolean; status: number; body: unknown; expired: boolean }>(FIND, [
    ...row,
    scope.hash,
    oldest,
  ]);
  const [earlier] = found.rows;
  if (earlier === undefined) return null;
  if (earlier.expired) {
    await sql.query(FORGET, row);
    return null;
  }
  if (!earlier.same) throw new Problem("idempotency_key_reused");
  return { status: earlier.status, body: earlier.body };
}

/** Stores the answer in the same transaction as the effect. */
export async function rememberIdempotency(sql: Sql, scope: IdempotencyScope, answer: IdempotencyReplay): Promise<void> {
  const body = answer.body === undefined ? null : JSON.stringify(answer.body);
  const { tenantId, principalId, route, key, hash } = scope;
  try {
    await sql.query(REMEMBER, [tenantId, principalId, route, key, hash, answer.status, body]);
  } catch (error) {
    // unique_violation: under a stricter isolation level the earlier row was not visible above.
    if (error instanceof Error && "code" in error && error.code === "23505") {
      throw new Problem("idempotency_in_progress", { headers: { "retry-after": "1" } });
    }
    throw error;
  }
}
