import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { connectPool } from "@meterr/database";
import type { OrganisationFixture, TestDatabase } from "@meterr/database/testing";
import type { Ledger } from "../src/ledger.ts";
import { openSqlLedger } from "../src/sql/open-sql-ledger.ts";
import { budgets, count, ledgerFixture, openLedger, request, settled } from "./ledger-fixture.ts";

let db: TestDatabase;
let ledger: Ledger;
let close: () => Promise<void>;
before(async () => {
  ({ db, ledger, close } = await ledgerFixture());
});
after(() => close());

/** A gateway whose process is "killed": its connections end, and nothing is said. */
async function mortalGateway(slot: string): Promise<{ ledger: Ledger; kill(): Promise<void> }> {
  const pool = connectPool(db.settings("meterr_gateway"), { max: 4, applicationName: randomUUID() });
  const name = pool.options.application_name;
  const mortal = await openSqlLedger({ pool, gatewayId: randomUUID(), slot });
  return {
    ledger: mortal,
    kill: async () => {
      await db.pools.admin.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1", [
        name,
      ]);
      const gone = "select count(*)::integer as n from pg_stat_activity where application_name = $1";
      while ((await db.pools.admin.query<{ n: number }>(gone, [name])).rows[0]?.n !== 0);
      void pool.end();
    },
  };
}

async function openCall(gateway: Ledger): Promise<{ here: OrganisationFixture; id: string }> {
  const here = await db.createOrganisation();
  const { id: key } = await here.createVirtualKey({ limitNanousd: 1_000n });
  const call = request(here, key, 400n);
  assert.equal((await gateway.admit(call)).verdict, "ok");
  return { here, id: call.id };
}

const silent = (id: string, seconds: number) =>
  db.pools.admin.query("update meterr.gateways set heartbeat_at = now() - make_interval(secs => $2) where id = $1", [
    id,
    seconds,
  ]);

test("the next holder of a killed gateway's slot ends its calls at once, each exactly once and at its reservation", async () => {
  const mortal = await mortalGateway("slot-a");
  const { here, id } = await openCall(mortal.ledger);
  await mortal.kill();
  const heir = await openLedger(db, "slot-a");
  assert.equal(await heir.recover(), 1);
  assert.equal(await heir.recover(), 0);
  assert.deepEqual(await budgets(here), [{ limit: 1_000n, spent: 400n, reserved: 0n, open: 0n }]);
  assert.deepEqual(await ledger.settle(here.orgId, [settled(id, 1n)]), [{ id, result: "already" }]);
  const { rows } = await here.arrange((sql) => sql.query("select outcome, usage_source, cost_nanousd from events"));
  assert.deepEqual(rows, [{ outcome: "expired", usage_source: "estimated", cost_nanousd: "400" }]);
  await heir.close();
});

test("a running gateway's calls are left alone, whoever takes its slot and however old its heartbeat is", async () => {
  const living = await openLedger(db, "slot-b");
  const { here } = await openCall(living);
  await silent(living.gatewayId, 3600);
  const usurper = await openLedger(db, "slot-b", 0);
  assert.equal(await usurper.recover(), 0);
  assert.equal(await count(here, "admissions"), 1);
  await usurper.close();
  await living.close();
  assert.equal(await ledger.recover(), 1);
});

test("a killed gateway of another slot is recovered after its silence and not before", async () => {
  const mortal = await mortalGateway("slot-c");
  const { here } = await openCall(mortal.ledger);
  await mortal.kill();
  const { rows } = await db.pools.admin.query<{ up: number }>(
    "select extract(epoch from clock_timestamp() - pg_postmaster_start_time())::float as up",
  );
  const patient = await openLedger(db, "slot-d", 3_600_000);
  assert.equal(await patient.recover(), 0);
  // The server itself must have been up for the silence, so that a restart of it is no gateway's death.
  const silence = Math.min(50, ((rows[0]?.up ?? 0) * 1000) / 2);
  await silent(mortal.ledger.gatewayId, 60);
  const eager = await openLedger(db, "slot-e", silence);
  assert.equal(await eager.recover(), 1);
  assert.equal(await count(here, "admissions"), 0);
  await patient.close();
  await eager.close();
});

test("a gateway that left in order with calls still open is recovered at once", async () => {
  const leaving = await openLedger(db, "slot-f");
  const { here } = await openCall(leaving);
  await leaving.close();
  assert.equal(await ledger.recover(), 1);
  assert.equal(await count(here, "events"), 1);
});

test("two recoveries and the late settlement of one call make one terminal row", async () => {
  const leaving = await openLedger(db, "slot-g");
  const { here, id } = await openCall(leaving);
  await leaving.close();
  const second = await openLedger(db, "slot-h");
  const [a, b, [late]] = await Promise.all([
    ledger.recover(),
    second.recover(),
    second.settle(here.orgId, [settled(id, 10n)]),
  ]);
  assert.equal(a + b + (late?.result === "written" ? 1 : 0), 1);
  assert.equal(await count(here, "events"), 1);
  await second.close();
});

test("a gateway whose heartbeat connection is cut takes its lock again at a later heartbeat", async () => {
  const gateway = await openLedger(db, "slot-i");
  const cut =
    "select pg_terminate_backend(l.pid) from pg_locks l where l.locktype = 'advisory' and ((l.classid::bigint << 32) | l.objid::bigint) = meterr.gateway_lock($1)";
  const held = async (): Promise<boolean> =>
    (await db.pools.admin.query(cut.replace("pg_terminate_backend(l.pid)", "1"), [gateway.gatewayId])).rowCount === 1;
  assert.equal(await held(), true);
  await db.pools.admin.query(cut, [gateway.gatewayId]);
  let answered = false;
  for (let i = 0; i < 50 && !answered; i += 1) {
    answered = await gateway.heartbeat().then(
      () => true,
      (error: unknown) => {
        assert.equal((error as { code: string }).code, "ledger_unavailable");
        return false;
      },
    );
  }
  assert.equal(answered, true);
  assert.equal(await held(), true);
  await gateway.close();
  await assert.rejects(gateway.heartbeat(), { code: "gateway_unknown" });
});

test("a gateway sees its own open admissions, once they are old enough to be lost", async () => {
  const gateway = await openLedger(db, "slot-j");
  const { here, id } = await openCall(gateway);
  assert.deepEqual(await gateway.openAdmissions(60_000), []);
  assert.deepEqual(await gateway.openAdmissions(0), [{ org: here.orgId, id }]);
  assert.deepEqual(await ledger.openAdmissions(0), []);
  await gateway.close();
  await ledger.recover();
});
