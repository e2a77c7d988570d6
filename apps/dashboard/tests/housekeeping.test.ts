import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { testDatabase, type TestDatabase } from "@meterr/database/testing";
import { housekeeping } from "../src/housekeeping.ts";

let database: TestDatabase;
before(async () => {
  database = await testDatabase();
});
after(() => database.close());

async function keepAnswer(age: string): Promise<void> {
  const organisation = await database.createOrganisation();
  await organisation.arrange((sql) =>
    sql.query(
      `insert into idempotency_keys (org_id, principal_id, route, key, request_hash, status, created_at)
       values ($1, 'p', 'POST /x', $2, $3, 201, now() - $2::text::interval)`,
      [organisation.orgId, age, randomBytes(32)],
    ),
  );
}

const kept = async (): Promise<string[]> =>
  (await database.pools.admin.query<{ key: string }>("select key from meterr.idempotency_keys order by 1")).rows.map(
    ({ key }) => key,
  );

test("a round takes away what is over in every organisation, and one failure keeps nothing else from it", async () => {
  await keepAnswer("2 days");
  await keepAnswer("3 days");
  await keepAnswer("1 hour");
  const reported: unknown[] = [];
  let purged = 0;
  const failing = new Error("planted fault: identity");
  const keeper = housekeeping({
    pool: database.pools.dashboard,
    identity: {
      async purge() {
        purged += 1;
        throw failing;
      },
    },
    report: (error) => reported.push(error),
  });
  await keeper.round();
  assert.deepEqual(await kept(), ["1 hour"]);
  assert.deepEqual([purged, reported], [1, [failing]]);
});

test("rounds follow each other until they are stopped, and stopping waits for the one under way", async () => {
  const rounds = { begun: 0, ended: 0 };
  const third = Promise.withResolvers<void>();
  const keeper = housekeeping({
    pool: database.pools.dashboard,
    identity: {
      async purge() {
        rounds.begun += 1;
        if (rounds.begun === 3) third.resolve();
        await database.pools.identity.query("select 1");
        rounds.ended += 1;
      },
    },
    everyMs: 1,
    report: (error) => assert.fail(String(error)),
  });
  keeper.start();
  await third.promise;
  await keeper.stop();
  assert.deepEqual(rounds, { begun: 3, ended: 3 });
});
