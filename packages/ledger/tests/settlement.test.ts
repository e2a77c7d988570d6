import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { TestDatabase } from "@meterr/database/testing";
import type { Ledger } from "../src/ledger.ts";
import { budgets, count, ledgerFixture, request, settled } from "./ledger-fixture.ts";

let db: TestDatabase;
let ledger: Ledger;
let close: () => Promise<void>;
before(async () => {
  ({ db, ledger, close } = await ledgerFixture());
});
after(() => close());

test("settling moves what was reserved to what was spent, and writes the event and its roll-up", async () => {
  const here = await db.createOrganisation();
  const { id: key } = await here.createVirtualKey({ limitNanousd: 1_000n });
  const call = request(here, key, 400n);
  await ledger.admit(call);
  const end = settled(call.id, 250n, {
    input: 10,
    cache_read: 5,
    output: 7,
    reasoning: 2,
    extra_units: { web_search: 1 },
    model_served: "gpt-4o-mini-2024",
  });
  assert.deepEqual(await ledger.settle(here.orgId, [end]), [{ id: call.id, result: "written" }]);
  assert.deepEqual(await budgets(here), [{ limit: 1_000n, spent: 250n, reserved: 0n, open: 0n }]);
  const { rows } = await here.arrange((sql) =>
    sql.query(
      "select requests, failed, input_tokens, cached_tokens, output_tokens, cost_nanousd, model from usage_hourly",
    ),
  );
  assert.deepEqual(rows, [
    {
      requests: "1",
      failed: "0",
      input_tokens: "10",
      cached_tokens: "5",
      output_tokens: "9",
      cost_nanousd: "250",
      model: "gpt-4o-mini-2024",
    },
  ]);
});

test("a settlement repeated after a lost answer changes nothing, even with another cost", async () => {
  const here = await db.createOrganisation();
  const { id: key } = await here.createVirtualKey({ limitNanousd: 1_000n });
  const call = request(here, key, 400n);
  await ledger.admit(call);
  await ledger.settle(here.orgId, [settled(call.id, 100n)]);
  assert.deepEqual(await ledger.settle(here.orgId, [settled(call.id, 300n)]), [{ id: call.id, result: "already" }]);
  assert.deepEqual(await budgets(here), [{ limit: 1_000n, spent: 100n, reserved: 0n, open: 0n }]);
  assert.equal(await count(here, "events"), 1);
});

test("the same id twice in one batch is one terminal row", async () => {
  const here = await db.createOrganisation();
  const { id: key } = await here.createVirtualKey({ limitNanousd: 1_000n });
  const call = request(here, key, 400n);
  await ledger.admit(call);
  const results = await ledger.settle(here.orgId, [settled(call.id, 100n), settled(call.id, 100n)]);
  assert.deepEqual(results, [{ id: call.id, result: "written" }]);
  assert.equal(await count(here, "events"), 1);
});

test("what was never admitted is unknown, and another organisation's call is too", async () => {
  const here = await db.createOrganisation();
  const there = await db.createOrganisation();
  const { id: key } = await there.createVirtualKey({ limitNanousd: 1_000n });
  const call = request(there, key, 400n);
  await ledger.admit(call);
  const never = randomUUID();
  const results = await ledger.settle(here.orgId, [settled(call.id, 1n), settled(never, 1n)]);
  assert.deepEqual(
    new Map(results.map((r) => [r.id, r.result])),
    new Map([
      [call.id, "unknown"],
      [never, "unknown"],
    ]),
  );
  assert.equal(await count(here, "events"), 0);
  assert.equal(await count(there, "admissions"), 1);
});

test("a released call costs nothing and is no request of the roll-up", async () => {
  const here = await db.createOrganisation();
  const { id: key } = await here.createVirtualKey({ limitNanousd: 1_000n });
  const call = request(here, key, 400n);
  await ledger.admit(call);
  await ledger.settle(here.orgId, [settled(call.id, null, { outcome: "released", usage_source: "none" })]);
  assert.deepEqual(await budgets(here), [{ limit: 1_000n, spent: 0n, reserved: 0n, open: 0n }]);
  assert.equal(await count(here, "events"), 1);
  const { rows } = await here.arrange((sql) => sql.query("select 1 from usage_hourly"));
  assert.equal(rows.length, 0);
});

test("a charge beyond the bound is recorded in full and suspends the virtual key, once", async () => {
  const here = await db.createOrganisation();
  const { id: key } = await here.createVirtualKey({ limitNanousd: 1_000n });
  const calls = [request(here, key, 400n), request(here, key, 400n)];
  for (const call of calls) await ledger.admit(call);
  const epoch = (await ledger.heartbeat()).epoch;
  await ledger.settle(
    here.orgId,
    calls.map((call) => settled(call.id, 900n)),
  );
  assert.deepEqual(await budgets(here), [{ limit: 1_000n, spent: 1_800n, reserved: 0n, open: 0n }]);
  assert.equal((await ledger.admit(request(here, key, 1n))).verdict, "key_suspended");
  assert.equal((await ledger.heartbeat()).epoch, epoch + 1n);
});

test("a batch with one impossible settlement changes nothing at all", async () => {
  const here = await db.createOrganisation();
  const { id: key } = await here.createVirtualKey({ limitNanousd: 1_000n });
  const calls = [request(here, key, 10n), request(here, key, 10n)];
  for (const call of calls) await ledger.admit(call);
  const batch = calls.map((call, i) => settled(call.id, i === 0 ? 5n : -5n));
  await assert.rejects(ledger.settle(here.orgId, batch), { code: "settlement_invalid", retryable: false });
  assert.deepEqual(await budgets(here), [{ limit: 1_000n, spent: 0n, reserved: 20n, open: 20n }]);
});

test("batches that overlap in every way settle in parallel without a deadlock, each call once", async () => {
  const here = await db.createOrganisation();
  const keys = await Promise.all(Array.from({ length: 4 }, () => here.createVirtualKey({ limitNanousd: 1_000_000n })));
  const calls = Array.from({ length: 80 }, (_, i) =>
    request(here, keys[i % 4]?.id ?? "", 100n, { model: `model-${i % 5}` }),
  );
  await Promise.all(calls.map((call) => ledger.admit(call)));
  const shuffled = (seed: number) =>
    calls.toSorted((a, b) => a.id.charCodeAt(seed) - b.id.charCodeAt(seed) || (seed % 2 ? 1 : -1));
  const batches = Array.from({ length: 8 }, (_, i) => shuffled(i).slice(i * 5, i * 5 + 45));
  const more = Array.from({ length: 40 }, (_, i) => request(here, keys[i % 4]?.id ?? "", 1n));
  const [results] = await Promise.all([
    Promise.all(
      batches.map((batch) =>
        ledger.settle(
          here.orgId,
          batch.map((call) => settled(call.id, 150n)),
        ),
      ),
    ),
    Promise.all(
      more.map((call) => ledger.admit(call).catch((e: unknown) => assert.equal((e as { code: string }).code, "none"))),
    ),
  ]);
  await ledger.settle(
    here.orgId,
    calls.map((call) => settled(call.id, 150n)),
  );
  assert.equal(await count(here, "events"), 80);
  assert.equal(
    results.flat().filter((r) => r.result === "written").length,
    new Set(batches.flat().map((c) => c.id)).size,
  );
  for (const b of await budgets(here)) assert.equal(b.reserved, b.open);
});

test("refusals are recorded once each, under their own organisation", async () => {
  const here = await db.createOrganisation();
  const there = await db.createOrganisation();
  const row = (org: string) => ({
    org,
    id: randomUUID(),
    occurredAt: new Date(),
    virtualKey: randomUUID(),
    member: randomUUID(),
    simulated: false,
    provider: "openai",
    endpoint: "chat.completions",
    model: null,
    code: "budget_exceeded",
    status: 402,
    requestId: "req_1",
  });
  const rows = [row(here.orgId), row(here.orgId), row(there.orgId)];
  await ledger.refuse(rows);
  await ledger.refuse(rows);
  assert.equal(await count(here, "refusals"), 2);
  assert.equal(await count(there, "refusals"), 1);
});
