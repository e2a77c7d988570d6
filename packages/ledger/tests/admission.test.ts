import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { OrganisationFixture, TestDatabase } from "@meterr/database/testing";
import type { Ledger } from "../src/ledger.ts";
import { LedgerError } from "../src/errors.ts";
import { budgets, count, ledgerFixture, request, settled } from "./ledger-fixture.ts";

let db: TestDatabase;
let ledger: Ledger;
let close: () => Promise<void>;
let org: OrganisationFixture;
let other: OrganisationFixture;
before(async () => {
  ({ db, ledger, close } = await ledgerFixture());
  org = await db.createOrganisation("Northwind");
  other = await db.createOrganisation("Contoso");
});
after(() => close());

test("100 concurrent calls against a small limit overspend nothing, and the last that fits is served", async () => {
  const here = await db.createOrganisation();
  const { id: key } = await here.createVirtualKey({ limitNanousd: 1_050n });
  const results = await Promise.all(Array.from({ length: 100 }, () => ledger.admit(request(here, key, 100n))));
  assert.equal(results.filter((r) => r.verdict === "ok").length, 10);
  assert.equal(results.filter((r) => r.verdict === "budget_exceeded").length, 90);
  assert.equal((await ledger.admit(request(here, key, 50n))).verdict, "ok");
  assert.equal((await ledger.admit(request(here, key, 1n))).verdict, "budget_exceeded");
  assert.deepEqual(await budgets(here), [{ limit: 1_050n, spent: 0n, reserved: 1_050n, open: 1_050n }]);
});

test("output is lowered to exactly what fits, rounding included", async () => {
  const here = await db.createOrganisation();
  const { id: key } = await here.createVirtualKey({ limitNanousd: 1_000n });
  // A token is a hair over 3/7 of a nano-dollar, so 600 of them buy one token less than 1,400.
  const bound = { outputPrice: 428_572n, outputTokens: 100_000, lowerable: true };
  const admitted = await ledger.admit(request(here, key, 400n, bound));
  assert.equal(admitted.verdict, "ok");
  if (admitted.verdict !== "ok") return;
  assert.equal(admitted.outputTokens, 1_399);
  assert.equal(admitted.reservedNanousd, 1_000n);
  assert.equal((await ledger.admit(request(here, key, 0n, bound))).verdict, "budget_exceeded");
});

test("output that may not be lowered is served whole or not at all", async () => {
  const here = await db.createOrganisation();
  const { id: key } = await here.createVirtualKey({ limitNanousd: 1_000n });
  const bound = { outputPrice: 1_000_000n, lowerable: false };
  assert.equal(
    (await ledger.admit(request(here, key, 1n, { ...bound, outputTokens: 1_000 }))).verdict,
    "budget_exceeded",
  );
  assert.equal((await ledger.admit(request(here, key, 0n, { ...bound, outputTokens: 1_000 }))).verdict, "ok");
});

test("the organisation's, the member's and the virtual key's budgets bind a live key at once; a test key only its own", async () => {
  const here = await db.createOrganisation();
  const member = here.members.developer.id;
  const live = await here.createVirtualKey({ limitNanousd: 1_000n });
  const trial = await here.createVirtualKey({ mode: "test" });
  await here.arrange(async (sql) => {
    const text = "insert into budgets (org_id, id, scope, scope_id, limit_nanousd) values ($1, $2, $3, $4, $5)";
    await sql.query(text, [here.orgId, randomUUID(), "member", member, 500]);
    await sql.query(text, [here.orgId, randomUUID(), "organisation", here.orgId, 300]);
  });
  assert.equal((await ledger.admit(request(here, live.id, 301n))).verdict, "budget_exceeded");
  assert.equal((await ledger.admit(request(here, live.id, 300n))).verdict, "ok");
  assert.deepEqual(
    (await budgets(here)).map((b) => b.reserved),
    [300n, 300n, 300n],
  );
  assert.equal((await ledger.admit(request(here, trial.id, 10_000n, { simulated: true }))).verdict, "ok");
  assert.deepEqual(
    (await budgets(here)).map((b) => b.reserved),
    [300n, 300n, 300n],
  );
});

test("a revoked, expired or suspended virtual key, a removed member and a revoked provider secret are told apart", async () => {
  const admitAfter = async (change: string, values: (key: string) => unknown[], more = {}): Promise<string> => {
    const here = await db.createOrganisation();
    const { id: key } = await here.createVirtualKey({ limitNanousd: 1_000n });
    await here.arrange((sql) => sql.query(change, values(key)));
    const { verdict } = await ledger.admit(request(here, key, 1n, more));
    assert.equal(await count(here, "admissions"), verdict === "ok" ? 1 : 0);
    return verdict;
  };
  const on = "where id = $1";
  assert.equal(await admitAfter(`update virtual_keys set name = 'renamed' ${on}`, (key) => [key]), "ok");
  assert.equal(await admitAfter(`update virtual_keys set revoked_at = now() ${on}`, (key) => [key]), "key_revoked");
  assert.equal(await admitAfter(`update virtual_keys set expires_at = now() ${on}`, (key) => [key]), "key_expired");
  assert.equal(await admitAfter(`update virtual_keys set suspended_at = now() ${on}`, (key) => [key]), "key_suspended");
  assert.equal(
    await admitAfter(
      "update members set removed_at = now() where id = (select member_id from virtual_keys where id = $1)",
      (key) => [key],
    ),
    "key_revoked",
  );
  assert.equal(await admitAfter("select $1", (key) => [key], { providerSecret: randomUUID() }), "secret_revoked");
});

test("another organisation's virtual key is no virtual key", async () => {
  const { id: key } = await other.createVirtualKey({ limitNanousd: 1_000n });
  assert.equal((await ledger.admit(request(org, key, 1n))).verdict, "key_revoked");
  assert.equal((await ledger.admit(request(other, key, 1n))).verdict, "ok");
});

test("a call without any limit is admitted, and kept at what it would be charged if its end stays unknown", async () => {
  const here = await db.createOrganisation();
  const { id: key } = await here.createVirtualKey();
  const call = request(here, key, 123n);
  assert.equal((await ledger.admit(call)).verdict, "ok");
  await ledger.settle(here.orgId, [settled(call.id, null, { outcome: "expired", usage_source: "estimated" })]);
  const { rows } = await here.arrange((sql) => sql.query<{ cost_nanousd: string }>("select cost_nanousd from events"));
  assert.deepEqual(rows, [{ cost_nanousd: "123" }]);
});

test("bounds below zero and beyond what the ledger holds are refused as invalid, leaving nothing", async () => {
  const here = await db.createOrganisation();
  const { id: key } = await here.createVirtualKey({ limitNanousd: 1_000n });
  const invalid = (error: unknown): boolean =>
    error instanceof LedgerError && error.code === "admission_invalid" && !error.uncertain && !error.retryable;
  await assert.rejects(ledger.admit(request(here, key, -1n)), invalid);
  await assert.rejects(ledger.admit(request(here, key, 0n, { outputPrice: -1n, outputTokens: 5 })), invalid);
  await assert.rejects(ledger.admit(request(here, key, 0n, { outputTokens: -1 })), invalid);
  const { id: unlimited } = await here.createVirtualKey();
  await assert.rejects(ledger.admit(request(here, unlimited, 10n ** 30n)), invalid);
  assert.equal((await ledger.admit(request(here, key, 10n ** 30n))).verdict, "budget_exceeded");
  assert.equal(await count(here, "admissions"), 0);
});

test("an admission of the same id twice is refused, and reserves once", async () => {
  const here = await db.createOrganisation();
  const { id: key } = await here.createVirtualKey({ limitNanousd: 1_000n });
  const call = request(here, key, 10n);
  assert.equal((await ledger.admit(call)).verdict, "ok");
  await assert.rejects(ledger.admit(call), { code: "admission_invalid" });
  assert.deepEqual(await budgets(here), [{ limit: 1_000n, spent: 0n, reserved: 10n, open: 10n }]);
});
