import type { DBAdapter, DBTransactionAdapter, Where } from "better-auth/adapters";
import { hashSessionToken } from "../session/session-token.ts";
import { isLive, needsTouch, type SessionTimes } from "../session/session-life.ts";

/** What the adapter asks of the session's life. */
export interface SessionLife {
  now(): Date;
  /** Writes the last use; false when the session was ended meanwhile. */
  touch(tokenHash: string): Promise<boolean>;
}

interface CreateData<T> {
  readonly model: string;
  readonly data: Omit<T, "id">;
  readonly select?: string[] | undefined;
  readonly forceAllowId?: boolean | undefined;
}

/** Tokens in clear by their hash, for the rows of one operation. */
type ClearTokens = ReadonlyMap<string, string>;

/**
 * The library stores session tokens in clear and finds rows by them. This adapter stands between the two: a row
 * holds the token's hash, conditions on a token are turned into conditions on its hash, and the caller gets
 * back the clear token it already has. Rows found in any other way come without a token. A session that is
 * past its life is not found.
 */
export function hashedSessionAdapter(inner: DBAdapter, life: SessionLife): DBAdapter {
  return {
    ...inner,
    ...hashedOperations(inner, life),
    transaction: (callback) => inner.transaction((trx) => callback({ ...trx, ...hashedOperations(trx, life) })),
  };
}

function hashedOperations(inner: DBTransactionAdapter, life: SessionLife): DBTransactionAdapter {
  return {
    ...inner,
    async create<T extends Record<string, unknown>, R = T>(data: CreateData<T>): Promise<R> {
      if (data.model !== "session") return inner.create<T, R>(data);
      const token: unknown = Reflect.get(data.data, "token");
      if (typeof token !== "string" || token === "") throw new TypeError("A session is made with a token.");
      const tokenHash = hashSessionToken(token);
      const row = await inner.create<T, R>({
        ...data,
        data: { ...data.data, ...bornNow(data.data, life), token: tokenHash },
      });
      return withClearToken(row, new Map([[tokenHash, token]]));
    },
    async findOne<T>(data: Parameters<DBAdapter["findOne"]>[0]): Promise<T | null> {
      if (data.model !== "session") return inner.findOne<T>(data);
      const { where, clear } = hashWhere(data.where);
      const row = await inner.findOne<T>({ ...data, where });
      if (row === null || !(await isUsable(row, life))) return null;
      return withClearToken(row, clear);
    },
    async findMany<T>(data: Parameters<DBAdapter["findMany"]>[0]): Promise<T[]> {
      if (data.model !== "session") return inner.findMany<T>(data);
      const { where, clear } = hashWhere(data.where ?? []);
      return (await inner.findMany<T>({ ...data, where })).map((row) => withClearToken(row, clear));
    },
    async update<T>(data: Parameters<DBAdapter["update"]>[0]): Promise<T | null> {
      if (data.model !== "session") return inner.update<T>(data);
      if ("token" in data.update) throw new TypeError("A session's token does not change.");
      const { where, clear } = hashWhere(data.where);
      const row = await inner.update<T>({ ...data, where });
      return row === null ? null : withClearToken(row, clear);
    },
    updateMany(data) {
      if (data.model !== "session") return inner.updateMany(data);
      if ("token" in data.update) throw new TypeError("A session's token does not change.");
      return inner.updateMany({ ...data, where: hashWhere(data.where).where });
    },
    count(data) {
      return inner.count(data.model === "session" ? { ...data, where: hashWhere(data.where ?? []).where } : data);
    },
    delete(data) {
      return inner.delete(data.model === "session" ? { ...data, where: hashWhere(data.where).where } : data);
    },
    deleteMany(data) {
      return inner.deleteMany(data.model === "session" ? { ...data, where: hashWhere(data.where).where } : data);
    },
    async consumeOne<T>(data: Parameters<DBAdapter["consumeOne"]>[0]): Promise<T | null> {
      if (data.model !== "session") return inner.consumeOne<T>(data);
      const { where, clear } = hashWhere(data.where);
      const row = await inner.consumeOne<T>({ ...data, where });
      return row === null ? null : withClearToken(row, clear);
    },
    incrementOne<T>(data: Parameters<DBAdapter["incrementOne"]>[0]): Promise<T | null> {
      if (data.model === "session") throw new TypeError("A session has nothing to increment.");
      return inner.incrementOne<T>(data);
    },
  };
}

/** The library reads the machine's clock; a session's life is counted on ours. It keeps the length it was given. */
function bornNow(session: object, life: SessionLife): SessionTimes {
  const now = life.now();
  const [createdAt, expiresAt]: unknown[] = [Reflect.get(session, "createdAt"), Reflect.get(session, "expiresAt")];
  if (!(createdAt instanceof Date && expiresAt instanceof Date))
    throw new TypeError("A session is made with its times.");
  const length = expiresAt.getTime() - createdAt.getTime();
  return { createdAt: now, updatedAt: now, expiresAt: new Date(now.getTime() + length) };
}

function hashWhere(where: readonly Where[]): { where: Where[]; clear: ClearTokens } {
  const clear = new Map<string, string>();
  const hash = (token: unknown): string => {
    if (typeof token !== "string") throw new TypeError("A session is looked up by a token.");
    const tokenHash = hashSessionToken(token);
    clear.set(tokenHash, token);
    return tokenHash;
  };
  const hashed = where.map((condition): Where => {
    if (condition.field !== "token") return condition;
    const { operator = "eq", value } = condition;
    if (operator === "eq") return { ...condition, value: hash(value) };
    if (operator === "in" && Array.isArray(value)) return { ...condition, value: value.map(hash) };
    throw new TypeError("A session is looked up by a whole token only.");
  });
  return { where: hashed, clear };
}

function withClearToken<T>(row: T, clear: ClearTokens): T {
  if (typeof row !== "object" || row === null || !("token" in row)) return row;
  return { ...row, token: clear.get(String(row.token)) ?? "" };
}

async function isUsable(row: unknown, life: SessionLife): Promise<boolean> {
  if (!hasTimes(row) || !isLive(row, life.now())) return false;
  return !needsTouch(row, life.now()) || life.touch(row.token);
}

function hasTimes(row: unknown): row is SessionTimes & { readonly token: string } {
  if (typeof row !== "object" || row === null) return false;
  const times = ["createdAt", "updatedAt", "expiresAt"].every((name) => Reflect.get(row, name) instanceof Date);
  return times && typeof Reflect.get(row, "token") === "string";
}
