import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { KEYS, openWorld, type World } from "./support/world.ts";

let world: World;
const gateway = randomUUID();
before(async () => {
  world = await openWorld();
  await world.db.pools.gateway.query("select start_gateway($1, 'test')", [gateway]);
});
after(() => world.close());

/** A call of one virtual key, admitted at `reserved` and settled at `cost`; not settled when null. */
async function call(key: string, reserved: bigint, cost: bigint | null, more: Call = {}): Promise<string> {
  const id = randomUUID();
  const admitted = await world.db.pools.gateway.query<{ verdict: string }>(
    `select verdict from ledger_admit($1, $2, $3, $4, null, 'openai', 'chat.completions', 'gpt-4o', $5, false, 'r', 'pv', $6, 0, 1, false)`,
    [world.one.orgId, id, gateway, key, more.simulated ?? true, (reserved * 1_000_000n).toString()],
  );
  const verdict = admitted.rows[0]?.verdict ?? "";
  if (verdict === "ok" && cost !== null) {
    const outcome = more.outcome ?? "settled";
    const settlement = { id, outcome, usage_source: "provider", status: 200, cost_nanousd: cost.toString() };
    await world.db.pools.gateway.query("select * from ledger_settle($1, $2)", [
      world.one.orgId,
      JSON.stringify([settlement]),
    ]);
  }
  return verdict;
}
interface Call {
  readonly simulated?: boolean;
  readonly outcome?: "settled" | "released" | "expired";
}

const read = async (id: string) => (await world.call("GET", `${KEYS}/${id}`)).body;

async function sumOfEvents(id: string): Promise<string> {
  const { rows } = await world.one.arrange((sql) =>
    sql.query<{ sum: string }>(
      "select coalesce(sum(cost_nanousd), 0)::text as sum from events where org_id = $1 and virtual_key_id = $2",
      [world.one.orgId, id],
    ),
  );
  return rows[0]?.sum ?? "";
}

test("what a virtual key spent is the sum of its events, whenever its limit was set", async () => {
  const one = fc.record({
    cost: fc.bigInt({ min: 0n, max: 2_000_000n }),
    simulated: fc.boolean(),
    outcome: fc.constantFrom("settled" as const, "released" as const, "expired" as const),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(one, { maxLength: 4 }), fc.array(one, { maxLength: 4 }), async (early, late) => {
      const { id } = await world.mintOne();
      for (const { cost, ...more } of early) assert.equal(await call(id, 2_000_000n, cost, more), "ok");
      await world.call("PATCH", `${KEYS}/${id}`, { body: { limit_usd: "1" } });
      const before = await read(id);
      assert.equal(before.limit_spent_nanousd, "0", "a limit counts from when it is set");
      for (const { cost, ...more } of late) assert.equal(await call(id, 2_000_000n, cost, more), "ok");
      const now = await read(id);
      assert.equal(now.spent_nanousd, await sumOfEvents(id));
      assert.equal(
        BigInt(now.limit_spent_nanousd) + BigInt(before.spent_nanousd),
        BigInt(now.spent_nanousd),
        "what counts against the limit is what came after it",
      );
      const { body } = await world.call("GET", `${KEYS}?limit=200`);
      const listed = body.items.find((item: { id: string }) => item.id === id);
      assert.deepEqual(listed, now, "the list says the same");
    }),
    { numRuns: 12 },
  );
});

test("spending of one virtual key never shows on another", async () => {
  const [spent, other] = [await world.mintOne(), await world.mintOne()];
  await call(spent.id, 500n, 500n);
  assert.deepEqual([(await read(spent.id)).spent_nanousd, (await read(other.id)).spent_nanousd], ["500", "0"]);
});

test("an open call is reserved and not yet spent", async () => {
  const { id } = await world.mintOne(undefined, { limit_usd: "0.000001" });
  assert.equal(await call(id, 700n, null), "ok");
  const { reserved_nanousd, spent_nanousd, limit_spent_nanousd } = await read(id);
  assert.deepEqual([reserved_nanousd, spent_nanousd, limit_spent_nanousd], ["700", "0", "0"]);
  assert.equal(await call(id, 301n, 301n), "budget_exceeded");
});

test("a limit set below what is spent refuses every further call and takes nothing back; raised, it admits again", async () => {
  const { id } = await world.mintOne(undefined, { limit_usd: "1" });
  assert.equal(await call(id, 600n, 600n), "ok");
  const epoch = () =>
    world.db.pools.gateway
      .query("select current_revocation_epoch() as epoch")
      .then(({ rows }) => BigInt(rows[0].epoch));
  const earlier = await epoch();
  const lowered = await world.call("PATCH", `${KEYS}/${id}`, { body: { limit_usd: "0.0000005" } });
  assert.deepEqual(
    [lowered.status, lowered.body.limit_nanousd, lowered.body.limit_spent_nanousd, lowered.body.spent_nanousd],
    [200, "500", "600", "600"],
  );
  assert.equal(await epoch(), earlier + 1n, "gateways hear of it");
  assert.deepEqual(world.audits.at(-1)?.details, { from_nanousd: "1000000000", to_nanousd: "500" });
  assert.equal(await call(id, 1n, 1n), "budget_exceeded");
  await world.call("PATCH", `${KEYS}/${id}`, { body: { limit_usd: "0.0000007" } });
  assert.equal(await call(id, 101n, 101n), "budget_exceeded");
  assert.equal(await call(id, 100n, 100n), "ok", "the last call that fits is served");
});

test("the dashboard's role sets limits and cannot touch what is spent", async () => {
  for (const text of [
    "update budgets set spent_nanousd = 0",
    "update budgets set reserved_nanousd = 0",
    "delete from budgets",
  ]) {
    await assert.rejects(world.db.pools.dashboard.query(text), { code: "42501" });
  }
});

test("a limit that is no exact amount is refused by its path, and nothing is minted", async () => {
  const kept = await world.dump();
  for (const limit_usd of ["1e3", "-1", "0.0000000001", " 1", 0.01]) {
    const answer = await world.call("POST", KEYS, { body: { name: "x", mode: "test", limit_usd } });
    assert.deepEqual([answer.status, answer.body.errors], [400, [{ path: "body.limit_usd" }]]);
  }
  assert.equal(await world.dump(), kept);
});
