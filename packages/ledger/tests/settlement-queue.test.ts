import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { LedgerError } from "../src/errors.ts";
import { settlementQueue } from "../src/settlement-queue.ts";
import type { RefusalRow, Settlement, SettleResult } from "../src/settlement.ts";

const org = randomUUID();
const end = (id: string = randomUUID()): Settlement => ({
  id,
  outcome: "settled",
  usage_source: "provider",
  cost_nanousd: "1",
});
const down = () => new LedgerError("ledger_unavailable", "down");

/** A ledger in memory: what was written, and in which batches. */
function memoryLedger(
  answer: (org: string, rows: readonly Settlement[], attempt: number) => SettleResult["result"] | Error = () =>
    "written",
) {
  const batches: { org: string; rows: readonly Settlement[] }[] = [];
  const refusals: RefusalRow[] = [];
  return {
    batches,
    refusals,
    async settle(org: string, rows: readonly Settlement[]): Promise<SettleResult[]> {
      batches.push({ org, rows });
      const result = answer(org, rows, batches.length);
      if (result instanceof Error) throw result;
      return rows.map((row) => ({ id: row.id, result }));
    },
    async refuse(rows: readonly RefusalRow[]): Promise<void> {
      refusals.push(...rows);
    },
  };
}

test("settlements of one moment go in one batch per organisation, none larger than allowed", async () => {
  const ledger = memoryLedger();
  const queue = settlementQueue({ ledger, batch: 3 });
  const other = randomUUID();
  for (let i = 0; i < 5; i += 1) queue.settle(org, end());
  queue.settle(other, end());
  assert.equal(queue.pending, 6);
  assert.equal(await queue.drain(1_000), 0);
  const sizes = (wanted: string): number[] => ledger.batches.filter((b) => b.org === wanted).map((b) => b.rows.length);
  assert.deepEqual(sizes(org), [3, 2]);
  assert.deepEqual(sizes(other), [1]);
});

test("while the database is down nothing is lost, and everything is written once it is back", async () => {
  const ledger = memoryLedger((_org, _rows, attempt) => (attempt <= 3 ? down() : "written"));
  const queue = settlementQueue({ ledger, retryMs: { first: 1, longest: 2 } });
  const ids = [end(), end()].map((one) => (queue.settle(org, one), one.id));
  assert.equal(await queue.drain(5_000), 0);
  assert.equal(ledger.batches.length, 4);
  assert.deepEqual(
    ledger.batches
      .at(-1)
      ?.rows.map((row) => row.id)
      .sort(),
    ids.sort(),
  );
});

test("a drain that runs out of time says what is left, and the queue says it is full", async () => {
  let up = false;
  const ledger = memoryLedger(() => (up ? "written" : down()));
  const queue = settlementQueue({ ledger, capacity: 2, retryMs: { first: 1, longest: 1 } });
  queue.settle(org, end());
  assert.equal(queue.full, false);
  queue.settle(org, end());
  assert.equal(queue.full, true);
  assert.equal(await queue.drain(20), 2);
  up = true;
  assert.equal(await queue.drain(5_000), 0);
});

test("one settlement the database refuses is ended at its reservation and told of; its neighbours are written", async () => {
  const poison = end();
  const ledger = memoryLedger((_org, rows) =>
    rows.some((row) => row.id === poison.id && row.outcome === "settled")
      ? new LedgerError("settlement_invalid", "refused")
      : "written",
  );
  const told: string[] = [];
  const queue = settlementQueue({ ledger, onRefused: (id) => told.push(id) });
  for (const one of [end(), poison, end(), end()]) queue.settle(org, one);
  assert.equal(await queue.drain(1_000), 0);
  assert.deepEqual(told, [poison.id]);
  assert.deepEqual(ledger.batches.at(-1)?.rows, [{ id: poison.id, outcome: "expired", usage_source: "estimated" }]);
});

test("what the database refuses even at its reservation is given up here, for recovery to end", async () => {
  const ledger = memoryLedger(() => new LedgerError("settlement_invalid", "refused"));
  const told: string[] = [];
  const queue = settlementQueue({ ledger, onRefused: (id) => told.push(id) });
  queue.settle(org, end());
  assert.equal(await queue.drain(1_000), 0);
  assert.equal(told.length, 2);
});

test("the first end of a call is its end", async () => {
  const ledger = memoryLedger();
  const queue = settlementQueue({ ledger });
  const one = end();
  queue.settle(org, one);
  queue.release(org, one.id);
  await queue.drain(1_000);
  assert.deepEqual(
    ledger.batches.flatMap((b) => b.rows),
    [one],
  );
  assert.equal(queue.holds(one.id), false);
});

test("a release is repeated while its admission is not seen, until nothing can come any more", async () => {
  let clock = 0;
  const ledger = memoryLedger(() => {
    clock += 600;
    return "unknown";
  });
  const queue = settlementQueue({ ledger, releaseForMs: 1_000, now: () => clock });
  queue.release(org, randomUUID());
  while (queue.pending > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(ledger.batches.length, 2);
  assert.ok(ledger.batches.every((b) => b.rows[0]?.outcome === "released"));
});
