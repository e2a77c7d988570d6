import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { TestDatabase } from "@meterr/database/testing";
import { LedgerError } from "../src/errors.ts";
import type { Ledger } from "../src/ledger.ts";
import { admitTogether } from "../src/sql/admit-together.ts";
import { budgets, count, ledgerFixture, openLedger, request } from "./ledger-fixture.ts";

let db: TestDatabase;
let ledger: Ledger;
let close: () => Promise<void>;
before(async () => void ({ db, ledger, close } = await ledgerFixture()));
after(() => close());

test("a call the database refuses as it is fails alone, and those admitted beside it stand", async () => {
  const org = await db.createOrganisation();
  const { id: key } = await org.createVirtualKey({ limitNanousd: 1_000n });
  const calls = Array.from({ length: 12 }, (_, index) => request(org, key, index === 6 ? -1n : 10n));
  const ends = await Promise.allSettled(calls.map((call) => ledger.admit(call)));
  ends.forEach((end, index) => {
    if (index !== 6) assert.equal(end.status === "fulfilled" && end.value.verdict, "ok");
    else
      assert.equal(
        end.status === "rejected" && end.reason instanceof LedgerError && end.reason.code,
        "admission_invalid",
      );
  });
  assert.deepEqual(await budgets(org), [{ limit: 1_000n, spent: 0n, reserved: 110n, open: 110n }]);
});

test("calls of two organisations at one moment are reserved on their own budgets only", async () => {
  const [one, two] = [await db.createOrganisation(), await db.createOrganisation()];
  const keys = [await one.createVirtualKey({ limitNanousd: 500n }), await two.createVirtualKey({ limitNanousd: 300n })];
  const ends = await Promise.all(
    Array.from({ length: 40 }, (_, index) => {
      const org = index % 2 === 0 ? one : two;
      return ledger.admit(request(org, keys[index % 2]?.id ?? "", 50n));
    }),
  );
  assert.equal(ends.filter((end) => end.verdict === "ok").length, 16);
  assert.deepEqual(await budgets(one), [{ limit: 500n, spent: 0n, reserved: 500n, open: 500n }]);
  assert.deepEqual(await budgets(two), [{ limit: 300n, spent: 0n, reserved: 300n, open: 300n }]);
});

test("a virtual key of another organisation is not admitted in its place", async () => {
  const [one, two] = [await db.createOrganisation(), await db.createOrganisation()];
  const { id: theirs } = await two.createVirtualKey({ limitNanousd: 500n });
  assert.deepEqual(await ledger.admit(request(one, theirs, 10n)), { verdict: "key_revoked" });
  assert.equal(await count(two, "admissions"), 0);
});

test("two gateways that admit on the same budgets in opposite orders do not wait for each other", async () => {
  const org = await db.createOrganisation();
  const keys = await Promise.all(
    Array.from({ length: 8 }, () => org.createVirtualKey({ limitNanousd: 1_000_000n, mode: "live" })),
  );
  const second = await openLedger(db, `opposite-${randomUUID()}`);
  try {
    const orders = [keys, keys.toReversed()];
    const ends = await Promise.all(
      Array.from({ length: 160 }, (_, index) => {
        const key = orders[index % 2]?.[Math.floor(index / 2) % keys.length]?.id ?? "";
        return (index % 2 === 0 ? ledger : second).admit(request(org, key, 10n));
      }),
    );
    assert.ok(ends.every((end) => end.verdict === "ok"));
    assert.equal(await count(org, "admissions"), 160);
  } finally {
    await second.close();
  }
});

test("every call of a transaction whose answer is lost is told that it may stand", async () => {
  const lost = admitTogether(
    {
      connect: async () => ({
        query: async () => {
          throw new Error("Connection terminated unexpectedly");
        },
        on: () => undefined,
        off: () => undefined,
        release: () => undefined,
      }),
    },
    randomUUID(),
  );
  const org = await db.createOrganisation();
  const { id: key } = await org.createVirtualKey();
  const ends = await Promise.allSettled(Array.from({ length: 5 }, () => lost(request(org, key, 10n))));
  for (const end of ends) {
    assert.ok(end.status === "rejected" && end.reason instanceof LedgerError);
    assert.deepEqual([end.reason.code, end.reason.uncertain], ["ledger_unavailable", true]);
  }
});
