import type { Sql } from "@meterr/runtime";
import { hashSessionToken } from "./session-token.ts";
import { endOf, IDLE_LIFE_SECONDS, isLive, needsTouch } from "./session-life.ts";

/** A live session and whose it is. */
export interface LiveSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  /** When it ends if it is not used again. */
  readonly endsAt: Date;
}

/** A session as its owner sees it in a list. `lastUsedAt` is exact to five minutes. */
export interface SessionSummary {
  readonly id: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly address: string;
  readonly userAgent: string;
}

/** Sessions by token, read from and written to their rows directly. */
export interface SessionStore {
  /** The live session of a clear token, its last use brought up to date. */
  find(token: string): Promise<LiveSession | null>;
  /** Whether the session with this id is live and this user's. Does not count as use. */
  isLive(sessionId: string, userId: string): Promise<boolean>;
  /** Writes the last use. False when the session has been ended meanwhile. */
  touch(tokenHash: string): Promise<boolean>;
  listOf(userId: string): Promise<SessionSummary[]>;
  revokeToken(token: string): Promise<boolean>;
  revoke(userId: string, sessionId: string): Promise<boolean>;
  revokeAllOf(userId: string): Promise<number>;
  /** Removes the rows of sessions that have ended by themselves. */
  purge(): Promise<void>;
}

interface SessionRow {
  id: string;
  userId: string;
  email: string;
  name: string;
  createdAt: Date;
  updatedAt: Date;
  expiresAt: Date;
  ipAddress: string | null;
  userAgent: string | null;
}

const SELECT = `select s.id, s."userId", u.email, u.name, s."createdAt", s."updatedAt", s."expiresAt", s."ipAddress", s."userAgent"
  from auth.session s join auth."user" u on u.id = s."userId"`;

/** Every method rejects when the database does not answer: nobody is taken for signed in or out by default. */
export function sessionStore(sql: Sql, now: () => Date): SessionStore {
  const touch = async (tokenHash: string): Promise<boolean> => {
    const text = `update auth.session set "updatedAt" = greatest("updatedAt", $2) where token = $1`;
    return (await sql.query(text, [tokenHash, now()])).rowCount === 1;
  };
  return {
    touch,
    async find(token) {
      const tokenHash = hashSessionToken(token);
      const [row] = (await sql.query<SessionRow>(`${SELECT} where s.token = $1`, [tokenHash])).rows;
      if (row === undefined || !isLive(row, now())) return null;
      const used = needsTouch(row, now()) ? { ...row, updatedAt: now() } : row;
      if (used !== row && !(await touch(tokenHash))) return null;
      return { sessionId: row.id, userId: row.userId, email: row.email, name: row.name, endsAt: endOf(used) };
    },
    async isLive(sessionId, userId) {
      const text = `${SELECT} where s.id::text = $1 and s."userId"::text = $2`;
      const [row] = (await sql.query<SessionRow>(text, [sessionId, userId])).rows;
      return row !== undefined && isLive(row, now());
    },
    async listOf(userId) {
      const text = `${SELECT} where s."userId"::text = $1 order by s."updatedAt" desc, s.id`;
      const { rows } = await sql.query<SessionRow>(text, [userId]);
      return rows.filter((row) => isLive(row, now())).map(summary);
    },
    async revokeToken(token) {
      const text = `delete from auth.session where token = $1`;
      return (await sql.query(text, [hashSessionToken(token)])).rowCount === 1;
    },
    async revoke(userId, sessionId) {
      const text = `delete from auth.session where id::text = $1 and "userId"::text = $2`;
      return (await sql.query(text, [sessionId, userId])).rowCount === 1;
    },
    async revokeAllOf(userId) {
      const text = `delete from auth.session where "userId"::text = $1`;
      return (await sql.query(text, [userId])).rowCount ?? 0;
    },
    async purge() {
      const text = `delete from auth.session where "expiresAt" < $1 or "updatedAt" < $1::timestamptz - make_interval(secs => $2)`;
      await sql.query(text, [now(), IDLE_LIFE_SECONDS]);
    },
  };
}

function summary(row: SessionRow): SessionSummary {
  const { id, createdAt, updatedAt, ipAddress, userAgent } = row;
  return { id, createdAt, lastUsedAt: updatedAt, address: ipAddress ?? "", userAgent: userAgent ?? "" };
}
