import { createHmac, randomUUID } from "node:crypto";
import type { Sql } from "@meterr/runtime";
import { FORGET_AFTER_SECONDS, LONGEST_WAIT_SECONDS, type SignInLimits } from "./sign-in-limits.ts";

/** 2^10 seconds pass the longest wait, so the exponent need not grow further. */
const LARGEST_EXPONENT = 10;

/** $1 bucket, $2 this attempt, $3 now, $4 free attempts, $5 when earlier ones are forgotten, $6 longest wait, $7 largest exponent. */
const ATTEMPT = `insert into auth.sign_in_attempts as a (bucket, attempts, last_attempt, last_at, blocked_until)
  values ($1::bytea, 1, $2::uuid, $3::timestamptz, $3::timestamptz)
  on conflict (bucket) do update set
    attempts = case when a.blocked_until > $3 then a.attempts when a.last_at < $5::timestamptz then 1 else a.attempts + 1 end,
    last_attempt = case when a.blocked_until > $3 then a.last_attempt else $2 end,
    last_at = case when a.blocked_until > $3 then a.last_at else $3 end,
    blocked_until = case when a.blocked_until > $3 then a.blocked_until
      when a.last_at < $5 or a.attempts + 1 < $4::integer then $3
      else $3 + make_interval(secs => least($6::float8, power(2, least($7::integer, a.attempts + 1 - $4)))) end
  returning last_attempt = $2 as allowed, extract(epoch from blocked_until - $3)::float8 as wait_seconds`;

/** Limits shared by every process on the database. `secret` turns accounts and addresses into buckets nobody can read. */
export function databaseSignInLimits(sql: Sql, secret: string, now: () => Date): SignInLimits {
  const hash = (bucket: string): Buffer => createHmac("sha256", secret).update(`sign-in:${bucket}`).digest();
  const forgotten = (): Date => new Date(now().getTime() - FORGET_AFTER_SECONDS * 1000);
  return {
    async attempt(bucket, { free }) {
      const values = [hash(bucket), randomUUID(), now(), free, forgotten(), LONGEST_WAIT_SECONDS, LARGEST_EXPONENT];
      const [row] = (await sql.query<{ allowed: boolean; wait_seconds: number }>(ATTEMPT, values)).rows;
      if (row?.allowed === true) return { allowed: true };
      return { allowed: false, retryAfterSeconds: Math.max(1, Math.ceil(row?.wait_seconds ?? LONGEST_WAIT_SECONDS)) };
    },
    async clear(bucket) {
      await sql.query(`delete from auth.sign_in_attempts where bucket = $1`, [hash(bucket)]);
    },
    async forgive(bucket) {
      const text = `update auth.sign_in_attempts set attempts = greatest(attempts - 1, 0), blocked_until = least(blocked_until, $2) where bucket = $1`;
      await sql.query(text, [hash(bucket), now()]);
    },
    async purge() {
      await sql.query(`delete from auth.sign_in_attempts where last_at < $1`, [forgotten()]);
    },
  };
}
