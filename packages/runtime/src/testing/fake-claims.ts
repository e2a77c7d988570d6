import { CLAIM } from "../webhooks/replay/claim-delivery.ts";
import type { QueryAnswer } from "./query-answer.ts";

interface FakeClaims {
  /** The replay gate's statement answered as PostgreSQL would; null for any other. */
  answer(text: string, values: readonly unknown[]): Promise<QueryAnswer | null>;
  commit(): void;
  release(): void;
}

/** Claims under way, by their row: settled once their transaction has ended. */
export type OpenClaims = Map<string, Promise<void>>;

/** The table of claims as one transaction sees it, in memory: a row of an open transaction is waited for. */
export function fakeClaims(rows: Set<string>, open: OpenClaims): FakeClaims {
  const mine: string[] = [];
  const ended = Promise.withResolvers<void>();
  return {
    async answer(text, values) {
      if (text !== CLAIM) return null;
      const [org, route, sender, ids] = values as [string, string, string, readonly string[]];
      const inserted: Record<string, unknown>[] = [];
      for (const id of ids) {
        const row = JSON.stringify([org, route, sender, id]);
        while (open.has(row)) await open.get(row);
        if (rows.has(row)) continue;
        open.set(row, ended.promise);
        mine.push(row);
        inserted.push({ delivery_id: id });
      }
      return { rows: inserted, rowCount: inserted.length };
    },
    commit() {
      for (const row of mine) rows.add(row);
    },
    release() {
      for (const row of mine) open.delete(row);
      ended.resolve();
    },
  };
}
