import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { entryHash, verifyAuditLog, type BadEntry, type ChainEntry } from "../src/index.ts";
import { chainForTest, headOf, readerOf, recomputed } from "./support/chain-for-test.ts";

const RUNS = { numRuns: 60 };
const size = fc.integer({ min: 2, max: 14 });
const index = fc.nat();

/** What the verifier says of `log` against the head that was signed when it was whole. */
async function firstBad(whole: readonly ChainEntry[], log: readonly ChainEntry[]): Promise<BadEntry> {
  const verdict = await verifyAuditLog(readerOf(log), [headOf(whole)]);
  assert.equal(verdict.intact, false);
  assert.ok(verdict.firstBad);
  return verdict.firstBad;
}

function replaced(log: readonly ChainEntry[], at: number, change: Partial<ChainEntry>): ChainEntry[] {
  return log.map((entry, position) => (position === at ? { ...entry, ...change } : entry));
}

const TEXTS = [
  "actorKind",
  "actorId",
  "actorLabel",
  "action",
  "subjectType",
  "subjectId",
  "details",
  "requestId",
  "address",
  "id",
] as const;

test("a log nobody touched is intact, with its head and with any head it passed", async () => {
  await fc.assert(
    fc.asyncProperty(size, index, async (n, k) => {
      const log = chainForTest(n);
      const earlier = log[k % n];
      assert.ok(earlier);
      const verdict = await verifyAuditLog(readerOf(log), [headOf(log), { seq: earlier.seq, hash: earlier.hash }]);
      assert.deepEqual(verdict, { intact: true, last: headOf(log), firstBad: null });
    }),
    RUNS,
  );
});

test("any edited value is found at its very entry", async () => {
  await fc.assert(
    fc.asyncProperty(
      size,
      index,
      fc.constantFrom(...TEXTS),
      fc.string({ minLength: 1 }),
      async (n, k, field, value) => {
        const log = chainForTest(n);
        const at = k % n;
        fc.pre(log[at]?.[field] !== value);
        const bad = await firstBad(log, replaced(log, at, { [field]: value }));
        assert.deepEqual([bad.seq, bad.problem], [BigInt(at + 1), "edited"]);
      },
    ),
    RUNS,
  );
});

test("an edited time is found at its very entry", async () => {
  const log = chainForTest(5);
  const bad = await firstBad(log, replaced(log, 2, { atMicros: 1n }));
  assert.deepEqual([bad.seq, bad.problem], [3n, "edited"]);
});

test("moving a character from one value to the next is an edit: values are told apart by their lengths", async () => {
  const log = replaced(chainForTest(1), 0, { actorId: "ab", actorLabel: "c" });
  const whole = recomputed(log, 0);
  const bad = await firstBad(whole, replaced(whole, 0, { actorId: "a", actorLabel: "bc" }));
  assert.equal(bad.problem, "edited");
});

test("an edit whose own hash was made to fit is found at its entry, once a later head is signed", async () => {
  await fc.assert(
    fc.asyncProperty(size, index, async (n, k) => {
      const log = chainForTest(n);
      const at = k % (n - 1);
      const edited = replaced(log, at, { actorLabel: "Mallory" });
      const entry = edited[at];
      assert.ok(entry);
      const bad = await firstBad(log, replaced(edited, at, { hash: entryHash(entry) }));
      assert.deepEqual([bad.seq, bad.problem], [BigInt(at + 1), "recomputed"]);
    }),
    RUNS,
  );
});

test("a deleted entry is found at its number; the last ones deleted show as truncated", async () => {
  await fc.assert(
    fc.asyncProperty(size, index, async (n, k) => {
      const log = chainForTest(n);
      const at = k % n;
      const bad = await firstBad(log, log.toSpliced(at, 1));
      assert.deepEqual([bad.seq, bad.problem], [BigInt(at + 1), at === n - 1 ? "truncated" : "missing"]);
    }),
    RUNS,
  );
});

test("a deletion closed up by renumbering is found at its number", async () => {
  await fc.assert(
    fc.asyncProperty(size, index, async (n, k) => {
      const log = chainForTest(n);
      const at = k % (n - 1);
      const closed = log.toSpliced(at, 1).map((entry, position) => ({ ...entry, seq: BigInt(position + 1) }));
      const bad = await firstBad(log, closed);
      assert.deepEqual([bad.seq, bad.problem], [BigInt(at + 1), "reordered"]);
    }),
    RUNS,
  );
});

test("two entries that changed places are found at the first of the two", async () => {
  await fc.assert(
    fc.asyncProperty(size, index, index, async (n, one, two) => {
      const [low = 0, high = 0] = [one % n, two % n].toSorted((a, b) => a - b);
      fc.pre(low !== high);
      const log = chainForTest(n);
      const swapped = replaced(replaced(log, low, { seq: BigInt(high + 1) }), high, { seq: BigInt(low + 1) });
      const bad = await firstBad(log, swapped);
      assert.deepEqual([bad.seq, bad.problem], [BigInt(low + 1), "reordered"]);
    }),
    RUNS,
  );
});

test("a truncated log is found at the first entry that is gone, all of them included", async () => {
  await fc.assert(
    fc.asyncProperty(size, index, async (n, k) => {
      const log = chainForTest(n);
      const left = k % n;
      const bad = await firstBad(log, log.slice(0, left));
      assert.deepEqual([bad.seq, bad.problem], [BigInt(left + 1), "truncated"]);
    }),
    RUNS,
  );
});

test("a log rewritten from any entry on is found, and the rewriting began where no head vouches any more", async () => {
  await fc.assert(
    fc.asyncProperty(size, index, index, async (n, k, h) => {
      const log = chainForTest(n);
      const at = k % n;
      const earlier = log[h % n];
      assert.ok(earlier);
      const rewritten = recomputed(replaced(log, at, { actorLabel: "Mallory" }), at);
      const { firstBad: bad } = await verifyAuditLog(readerOf(rewritten), [
        { seq: earlier.seq, hash: earlier.hash },
        headOf(log),
      ]);
      assert.equal(bad?.problem, "recomputed");
      assert.ok(bad.vouchedUpTo < BigInt(at + 1) && BigInt(at + 1) <= bad.seq);
    }),
    RUNS,
  );
});

test("truncated and filled up again to the same length is found at the signed head", async () => {
  const log = chainForTest(6);
  const kept = log.slice(0, 3);
  const filled = recomputed([...kept, ...chainForTest(6, log[0]?.org).slice(3)], 3);
  const bad = await firstBad(log, filled);
  assert.deepEqual([bad.seq, bad.problem, bad.vouchedUpTo], [6n, "recomputed", 0n]);
});

test("another organisation's entries do not pass as this one's", async () => {
  const log = chainForTest(3);
  const bad = await firstBad(log, replaced(log, 1, { org: chainForTest(1)[0]?.org ?? "" }));
  assert.deepEqual([bad.seq, bad.problem], [2n, "edited"]);
});

test("an empty log with no head is intact; with one it was truncated at its first entry", async () => {
  assert.deepEqual(await verifyAuditLog(readerOf([]), []), { intact: true, last: null, firstBad: null });
  const bad = await firstBad(chainForTest(4), []);
  assert.deepEqual([bad.seq, bad.problem], [1n, "truncated"]);
});

test("going on after a head reads only what follows it, the head's own entry again", async () => {
  const log = chainForTest(6);
  const third = { seq: 3n, hash: log[2]?.hash ?? "" };
  const later = log.slice(2);
  assert.equal((await verifyAuditLog(readerOf(later), [third], { after: 2n })).intact, true);
  const { firstBad: bad } = await verifyAuditLog(
    readerOf(recomputed(replaced(log, 1, { address: "::1" }), 1).slice(2)),
    [third],
    { after: 2n },
  );
  assert.deepEqual([bad?.seq, bad?.problem], [3n, "recomputed"]);
});
