import { setTimeout as delay } from "node:timers/promises";
import type { Ledger } from "./ledger.ts";
import { LedgerError } from "./errors.ts";
import type { RefusalRow, Settlement } from "./settlement.ts";

export interface SettlementQueueOptions {
  ledger: Pick<Ledger, "settle" | "refuse">;
  /** Beyond this many unwritten settlements `full` says that no new call may be taken. Default 10,000. */
  capacity?: number;
  /** Settlements of one organisation in one transaction at most. Default 200. */
  batch?: number;
  /** How long the first of a batch waits for others. Each batch costs a round trip, so a few save much. Default 0 ms. */
  lingerMs?: number;
  /** Waiting between attempts while the database is down, doubling. Default 50 to 2,000 ms. */
  retryMs?: { first: number; longest: number };
  /** How long a release is repeated until its admission is seen. Default 15,000 ms: three times the statement timeout. */
  releaseForMs?: number;
  /** Told of a settlement the database refuses as it is; the call is ended at its reservation instead. */
  onRefused?: (id: string, error: LedgerError) => void;
  now?: () => number;
}

export interface SettlementQueue {
  /** Takes the end of a call; never throws and never waits. It stays here until it is committed. */
  settle(org: string, settlement: Settlement): void;
  /** Ends an admission whose answer was lost, should it stand after all. */
  release(org: string, id: string): void;
  /** Best effort: dropped when there are too many. */
  refuse(refusal: RefusalRow): void;
  holds(id: string): boolean;
  /** Settlements not yet committed. */
  readonly pending: number;
  readonly full: boolean;
  /** Waits until everything is written, at most so long. Resolves to how many settlements are left. */
  drain(timeoutMs: number): Promise<number>;
}

interface Entry {
  org: string;
  settlement: Settlement;
  /** A release is repeated until then while its admission is not seen. */
  repeatUntil: number | null;
}

const mostRefusals = 1_000;

/**
 * Settlements of one gateway on their way into the ledger. In memory: what a killed gateway had here is still open in
 * the database, and is recovered at its reservation.
 *
 *   queued → writing → committed
 *   writing → queued        the database is down: again after a pause
 *   writing → halved        the database refuses the batch: down to the one it is
 *   writing → ended at its reservation   it is that one
 */
export function settlementQueue(options: SettlementQueueOptions): SettlementQueue {
  const capacity = options.capacity ?? 10_000;
  const size = options.batch ?? 200;
  const retry = options.retryMs ?? { first: 50, longest: 2_000 };
  const lingerMs = options.lingerMs ?? 0;
  const releaseForMs = options.releaseForMs ?? 15_000;
  const now = options.now ?? (() => performance.now());
  const held = new Map<string, Entry>();
  let waiting: Entry[] = [];
  let refusals: RefusalRow[] = [];
  let writing: Promise<void> | null = null;
  let pauseMs = 0;
  let draining = false;

  const wake = (): void => {
    writing ??= run().finally(() => {
      writing = null;
      if (waiting.length > 0 || refusals.length > 0) wake();
    });
  };

  const run = async (): Promise<void> => {
    // What arrives in this turn of the event loop, or while the first one lingers, goes into the same batch.
    await (lingerMs > 0 && !draining ? delay(lingerMs) : new Promise(setImmediate));
    const batch = waiting;
    waiting = [];
    const organisations = [...Map.groupBy(batch, (entry) => entry.org).values()];
    await Promise.all(organisations.map((entries) => writeAll(entries)));
    await writeRefusals();
    if (pauseMs > 0) await delay(pauseMs);
  };

  const writeAll = async (entries: Entry[]): Promise<void> => {
    for (let from = 0; from < entries.length; from += size) await write(entries.slice(from, from + size));
  };

  const write = async (entries: Entry[]): Promise<void> => {
    const [first] = entries;
    if (first === undefined) return;
    try {
      const results = await options.ledger.settle(
        first.org,
        entries.map((entry) => entry.settlement),
      );
      pauseMs = 0;
      const unknown = new Set(results.filter((row) => row.result === "unknown").map((row) => row.id));
      for (const entry of entries) finish(entry, unknown.has(entry.settlement.id));
    } catch (error) {
      if (!(error instanceof LedgerError) || error.code !== "settlement_invalid") {
        waiting.push(...entries);
        pauseMs = Math.min(retry.longest, Math.max(retry.first, pauseMs * 2));
        return;
      }
      if (entries.length > 1) {
        const middle = entries.length >> 1;
        await write(entries.slice(0, middle));
        await write(entries.slice(middle));
        return;
      }
      await endAtReservation(first, error);
    }
  };

  const endAtReservation = async (entry: Entry, error: LedgerError): Promise<void> => {
    const { id } = entry.settlement;
    const plain: Settlement = { id, outcome: "expired", usage_source: "estimated" };
    options.onRefused?.(id, error);
    // Refused even so: it stays open in the database for recovery, and is not tried for ever.
    if (isSame(entry.settlement, plain)) held.delete(id);
    else waiting.push(replace(entry, plain));
  };

  const replace = (entry: Entry, settlement: Settlement): Entry => {
    const next = { ...entry, settlement };
    held.set(settlement.id, next);
    return next;
  };

  const finish = (entry: Entry, unknown: boolean): void => {
    const { id } = entry.settlement;
    if (unknown && entry.repeatUntil !== null && now() < entry.repeatUntil) {
      setTimeout(() => {
        waiting.push(entry);
        wake();
      }, 500).unref();
      return;
    }
    if (held.get(id) === entry) held.delete(id);
  };

  const writeRefusals = async (): Promise<void> => {
    const rows = refusals;
    refusals = [];
    if (rows.length === 0) return;
    try {
      await options.ledger.refuse(rows);
    } catch {
      // No money hangs on them: dropped while the database is down.
    }
  };

  const add = (org: string, settlement: Settlement, repeatUntil: number | null): void => {
    // The first end of a call is its end.
    if (held.has(settlement.id)) return;
    const entry = { org, settlement, repeatUntil };
    held.set(settlement.id, entry);
    waiting.push(entry);
    wake();
  };

  return {
    settle: (org, settlement) => add(org, settlement, null),
    release: (org, id) =>
      add(org, { id, outcome: "released", usage_source: "none", cost_nanousd: "0" }, now() + releaseForMs),
    refuse: (refusal) => {
      if (refusals.length >= mostRefusals) return;
      refusals.push(refusal);
      wake();
    },
    holds: (id) => held.has(id),
    get pending() {
      return held.size;
    },
    get full() {
      return held.size >= capacity;
    },
    drain: async (timeoutMs) => {
      draining = true;
      const stop = new AbortController();
      const late = delay(timeoutMs, true, { signal: stop.signal }).catch(() => true);
      const turn = async (): Promise<boolean> => {
        await (writing ?? delay(5));
        return false;
      };
      while (held.size > 0 || refusals.length > 0) if (await Promise.race([turn(), late])) break;
      stop.abort();
      return held.size;
    },
  };
}

function isSame(one: Settlement, other: Settlement): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
