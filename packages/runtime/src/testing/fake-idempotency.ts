import { FIND, FORGET, LOCK, REMEMBER } from "../idempotency/idempotency-record.ts";
import type { QueryAnswer } from "./query-answer.ts";

export interface IdempotencyRow {
  readonly hash: Uint8Array;
  readonly status: number;
  readonly body: unknown;
  readonly createdAt: Date;
}

interface FakeIdempotency {
  /** The gate's own statements answered as PostgreSQL would; null for any other. */
  answer(text: string, values: readonly unknown[]): QueryAnswer | null;
  commit(): void;
  release(): void;
}

/** The table and the advisory lock of one transaction, in memory. */
export function fakeIdempotency(rows: Map<string, IdempotencyRow>, locks: Set<string>): FakeIdempotency {
  const mine: string[] = [];
  const pending = new Map<string, IdempotencyRow | null>();
  return {
    answer(text, values) {
      const id = JSON.stringify(values.slice(0, 4));
      if (text === LOCK) {
        const lock = String(values[0]);
        if (locks.has(lock)) return one({ locked: false });
        locks.add(lock);
        mine.push(lock);
        return one({ locked: true });
      }
      if (text === FIND) {
        const row = rows.get(id);
        if (row === undefined) return { rows: [], rowCount: 0 };
        const same = String(row.hash) === String(values[4]);
        return one({ same, status: row.status, body: row.body, expired: row.createdAt < (values[5] as Date) });
      }
      if (text === FORGET) {
        pending.set(id, null);
        return { rows: [], rowCount: 1 };
      }
      if (text !== REMEMBER) return null;
      const [, , , , hash, status, body] = values as [
        string,
        string,
        string,
        string,
        Uint8Array,
        number,
        string | null,
      ];
      pending.set(id, { hash, status, body: body === null ? null : JSON.parse(body), createdAt: new Date() });
      return { rows: [], rowCount: 1 };
    },
    commit() {
      for (const [id, row] of pending) {
        if (row === null) rows.delete(id);
        else rows.set(id, row);
      }
    },
    release() {
      for (const lock of mine) locks.delete(lock);
    },
  };
}

function one(row: Record<string, unknown>): QueryAnswer {
  return { rows: [row], rowCount: 1 };
}
