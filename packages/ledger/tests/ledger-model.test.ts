import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { OrganisationFixture, TestDatabase } from "@meterr/database/testing";
import fc from "fast-check";
import type { Ledger } from "../src/ledger.ts";
import { budgets, count, ledgerFixture, openLedger, request, settled } from "./ledger-fixture.ts";

let db: TestDatabase;
let close: () => Promise<void>;
before(async () => {
  ({ db, close } = await ledgerFixture());
});
after(() => close());

/** What the ledger must do, in plain numbers. */
class Model {
  readonly limit: bigint;
  spent = 0n;
  readonly open = new Map<string, bigint>();
  readonly ended = new Set<string>();

  constructor(limit: bigint) {
    this.limit = limit;
  }

  get reserved(): bigint {
    return [...this.open.values()].reduce((sum, one) => sum + one, 0n);
  }

  admit(id: string, need: bigint): boolean {
    if (this.spent + this.reserved + need > this.limit) return false;
    this.open.set(id, need);
    return true;
  }

  /** cost null: at the reservation. Never more than was reserved here. */
  end(id: string, cost: bigint | null): string {
    const reserved = this.open.get(id);
    if (reserved === undefined) return this.ended.has(id) ? "already" : "unknown";
    this.open.delete(id);
    this.ended.add(id);
    this.spent += cost === null ? reserved : cost < reserved ? cost : reserved;
    return "written";
  }
}

type Step =
  | { do: "admit"; need: bigint }
  | { do: "settle"; which: number; cost: bigint }
  | { do: "expire"; which: number }
  | { do: "crash" };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("admit" as const), need: fc.bigInt(0n, 400n) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("settle" as const), which: fc.nat(30), cost: fc.bigInt(0n, 400n) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("expire" as const), which: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("crash" as const) }) },
);

test("any order of admissions, settlements, repeats, expiries and crashes does what the model does", async () => {
  await fc.assert(
    fc.asyncProperty(fc.bigInt(0n, 1_000n), fc.array(step, { maxLength: 25 }), async (limit, steps) => {
      const here = await db.createOrganisation();
      const { id: key } = await here.createVirtualKey({ limitNanousd: limit });
      const model = new Model(limit);
      const asked: { id: string; need: bigint }[] = [];
      let gateway = await openLedger(db, here.orgId);
      for (const one of steps) {
        if (one.do === "admit") {
          const call = request(here, key, one.need);
          asked.push({ id: call.id, need: one.need });
          assert.equal((await gateway.admit(call)).verdict === "ok", model.admit(call.id, one.need));
        } else if (one.do === "crash") {
          await gateway.close();
          gateway = await openLedger(db, here.orgId);
          await gateway.recover();
          for (const id of model.open.keys()) model.end(id, null);
        } else {
          const call = asked[one.which % Math.max(1, asked.length)];
          if (call === undefined) continue;
          const cost = one.do === "expire" ? null : one.cost < call.need ? one.cost : call.need;
          const [result] = await gateway.settle(here.orgId, [settled(call.id, cost)]);
          assert.equal(result?.result, model.end(call.id, cost));
        }
        assert.deepEqual(await budgets(here), [
          { limit, spent: model.spent, reserved: model.reserved, open: model.reserved },
        ]);
        assert.ok(model.spent + model.reserved <= limit);
      }
      assert.equal(await count(here, "events"), model.ended.size);
      await gateway.close();
    }),
    { numRuns: 25 },
  );
});

interface Call {
  key: number;
  need: bigint;
  cost: bigint | null;
  repeats: number;
}

const call: fc.Arbitrary<Call> = fc.record({
  key: fc.nat(1),
  need: fc.bigInt(0n, 300n),
  cost: fc.option(fc.bigInt(0n, 300n)),
  repeats: fc.integer({ min: 1, max: 3 }),
});

test("however calls of two virtual keys and two gateways interleave, spent + reserved never passes the limit and no call ends twice", async () => {
  await fc.assert(
    fc.asyncProperty(fc.bigInt(0n, 1_500n), fc.array(call, { minLength: 4, maxLength: 30 }), async (limit, calls) => {
      const here = await db.createOrganisation();
      const keys = [
        await here.createVirtualKey({ limitNanousd: limit }),
        await here.createVirtualKey({ limitNanousd: limit }),
      ];
      const gateways = [await openLedger(db, `${here.orgId}/1`), await openLedger(db, `${here.orgId}/2`)];
      const watched = new AbortController();
      const watch = (async () => {
        while (!watched.signal.aborted) for (const b of await budgets(here)) holds(b);
      })();
      const written = (
        await Promise.all(
          calls.map((one, i) =>
            run(here, keys[one.key]?.id ?? "", gateways[i % 2] as Ledger, gateways[(i + 1) % 2] as Ledger, one),
          ),
        )
      ).reduce((sum, n) => sum + n, 0);
      watched.abort();
      await watch;
      for (const b of await budgets(here)) assert.equal(b.reserved, 0n);
      assert.equal(await count(here, "events"), written);
      await Promise.all(gateways.map((gateway) => gateway.close()));
    }),
    { numRuns: 12 },
  );
});

function holds(b: { limit: bigint; spent: bigint; reserved: bigint; open: bigint }): void {
  assert.ok(b.spent + b.reserved <= b.limit, `${b.spent} + ${b.reserved} > ${b.limit}`);
  assert.equal(b.reserved, b.open);
}

/** One call's life, ended as often as it says, by either gateway at once. Resolves to how many terminal rows it made. */
async function run(here: OrganisationFixture, key: string, one: Ledger, other: Ledger, call: Call): Promise<number> {
  const asked = request(here, key, call.need);
  if ((await one.admit(asked)).verdict !== "ok") return 0;
  const cost = call.cost === null || call.cost > call.need ? null : call.cost;
  const ends = Array.from({ length: call.repeats }, (_, i) =>
    (i % 2 ? other : one).settle(here.orgId, [settled(asked.id, cost)]),
  );
  const results = (await Promise.all(ends)).flat();
  assert.equal(results.filter((row) => row.result === "written").length, 1);
  return 1;
}
