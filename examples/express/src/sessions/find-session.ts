import { createHash } from "node:crypto";
import type pg from "pg";

export const COOKIE = "desk_session";

export interface Person {
  readonly sessionId: string;
  readonly id: string;
  readonly name: string;
  readonly expiresAt: Date;
}

export function hashToken(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** Whose session a cookie is; null when it is nobody's, or over. */
export async function findSession(db: pg.Pool, token: string): Promise<Person | null> {
  const { rows } = await db.query<{ session_id: string; id: string; name: string; expires_at: Date }>(
    `select s.id as session_id, p.id, p.name, s.expires_at
     from sessions s join people p on p.id = s.person_id
     where s.token_hash = $1 and s.expires_at > now()`,
    [hashToken(token)],
  );
  const [row] = rows;
  return row === undefined
    ? null
    : { sessionId: row.session_id, id: row.id, name: row.name, expiresAt: row.expires_at };
}
