import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { costOf, findPrice, makeBuckets } from "@meterr/metering";
import type { Caller } from "@meterr/database/testing";
import { openWorld, USAGE, type World } from "./support/world.ts";

let world: World;
before(async () => void (world = await openWorld()));
after(() => world.close());

const usage = { input: 1234, cache_read: 100, output: 56 };
const BODY = { provider: "openai", model: "gpt-4o-mini", usage };
const DAY = 86_400_000;
const ago = (milliseconds: number): string => new Date(Date.now() - milliseconds).toISOString();

async function eventOf(id: string): Promise<Record<string, unknown> | undefined> {
  const { body } = await world.call("GET", `${USAGE}/events?limit=200`);
  return body.items.find((item: { id: string }) => item.id === id);
}

/** Refused so, with no row different. */
async function refused(body: Record<string, unknown>, status: number, code: string, path?: string): Promise<void> {
  const kept = await world.dump();
  const answer = await world.call("POST", USAGE, { body });
  assert.deepEqual([answer.status, answer.body.code], [status, code]);
  if (path !== undefined) assert.deepEqual(answer.body.errors, [{ path }]);
  assert.equal(await world.dump(), kept);
}

test("a report is priced by the catalogue, marked as reported and counted for who reports", async () => {
  const as: Caller = { org: world.one, role: "developer" };
  const answer = await world.call("POST", USAGE, { as, body: { ...BODY, request_id: "job-17", endpoint: "batch" } });
  assert.equal(answer.status, 201);
  const price = findPrice("openai", "gpt-4o-mini", new Date());
  assert.ok(price !== null);
  const cost = costOf(makeBuckets(usage), price.table).toString();
  assert.deepEqual(
    [answer.body.cost_nanousd, answer.body.price_version, answer.body.source],
    [cost, price.version, "reported"],
  );
  const event = await eventOf(answer.body.id);
  assert.deepEqual(
    ["source", "member_id", "virtual_key_id", "simulated", "cost_nanousd", "request_id", "endpoint"].map(
      (name) => event?.[name],
    ),
    ["reported", world.one.members.developer.id, null, false, cost, "job-17", "batch"],
  );
});

test("a report moves no budget", async () => {
  await world.one.createVirtualKey({ limitNanousd: 1_000_000_000n });
  await world.one.arrange(async (sql) => {
    for (const [scope, id] of [
      ["organisation", world.one.orgId],
      ["member", world.one.members.owner.id],
    ]) {
      await sql.query("insert into budgets (org_id, id, scope, scope_id, limit_nanousd) values ($1, $2, $3, $4, 1)", [
        world.one.orgId,
        randomUUID(),
        scope,
        id,
      ]);
    }
  });
  const budgets = () => world.one.arrange((sql) => sql.query("select * from budgets order by id"));
  const before = await budgets();
  const answer = await world.call("POST", USAGE, { body: BODY });
  assert.equal(answer.status, 201);
  assert.ok(BigInt(answer.body.cost_nanousd) > 1n, "it would not have fitted");
  assert.equal(before.rows.length, 3);
  assert.deepEqual((await budgets()).rows, before.rows);
});

test("a cost, a negative count and another member in the body are refused by their path", async () => {
  await refused({ ...BODY, cost: "0" }, 400, "invalid_input", "body");
  await refused({ ...BODY, cost_nanousd: 0 }, 400, "invalid_input", "body");
  await refused({ ...BODY, member_id: world.one.members.viewer.id }, 400, "invalid_input", "body");
  await refused({ ...BODY, usage: { input: -1 } }, 400, "invalid_input", "body.usage.input");
  await refused({ ...BODY, usage: { output: 1e12 } }, 400, "invalid_input", "body.usage.output");
});

test("a model without a price is refused until the organisation sets one, also for the days before", async () => {
  const body = { ...BODY, model: "house-model-1", usage: { input: 3, output: 4 } };
  const earlier = ago(2 * DAY);
  await refused(body, 400, "model_unpriced", "body.model");
  await world.setPrice(world.two, "house-model-1", 1_000_000n);
  await refused(body, 400, "model_unpriced", "body.model");
  await world.setPrice(world.one, "house-model-1", 2_000_000n);
  for (const more of [{}, { occurred_at: earlier }]) {
    const answer = await world.call("POST", USAGE, { body: { ...body, ...more } });
    assert.deepEqual([answer.status, answer.body.cost_nanousd], [201, "14"]);
  }
});

test("the organisation's own price in force at the time goes before the catalogue's", async () => {
  const report = async (occurred_at: string) => {
    const answer = await world.call("POST", USAGE, {
      body: { ...BODY, model: "gpt-4o", usage: { input: 1_000_000 }, occurred_at },
    });
    assert.equal(answer.status, 201);
    return answer.body.cost_nanousd;
  };
  await world.setPrice(world.one, "gpt-4o", 111n, new Date(Date.now() - 20 * DAY));
  await world.setPrice(world.one, "gpt-4o", 222n, new Date(Date.now() - 10 * DAY));
  const known = findPrice("openai", "gpt-4o", new Date(Date.now() - 30 * DAY));
  assert.ok(known !== null);
  assert.equal(await report(ago(30 * DAY)), costOf(makeBuckets({ input: 1_000_000 }), known.table).toString());
  assert.equal(await report(ago(15 * DAY)), "111");
  assert.equal(await report(ago(DAY)), "222");
  assert.equal(await report(ago(0)), "222");
});

test("usage longer ago than 35 days or ahead of now is refused, a clock some minutes fast is not", async () => {
  for (const occurred_at of [
    ago(35 * DAY + 60_000),
    ago(-6 * 60_000),
    "2999-01-01T00:00:00Z",
    "0000-01-01T00:00:00Z",
  ]) {
    await refused({ ...BODY, occurred_at }, 400, "time_out_of_range", "body.occurred_at");
  }
  for (const occurred_at of [ago(35 * DAY - 60_000), ago(-4 * 60_000)]) {
    const answer = await world.call("POST", USAGE, { body: { ...BODY, occurred_at } });
    assert.deepEqual([answer.status, answer.body.occurred_at], [201, occurred_at]);
  }
});

test("a repeated report counts once", async () => {
  const ask = { body: BODY, headers: { "idempotency-key": randomUUID() } };
  const first = await world.call("POST", USAGE, ask);
  const kept = await world.dump();
  const again = await world.call("POST", USAGE, ask);
  assert.deepEqual([again.status, again.body], [201, first.body]);
  assert.equal(await world.dump(), kept);
});

test("usage of nothing costs nothing and is kept", async () => {
  const answer = await world.call("POST", USAGE, { body: { ...BODY, usage: {} } });
  assert.deepEqual([answer.status, answer.body.cost_nanousd, answer.body.cost_usd], [201, "0", "0"]);
});
