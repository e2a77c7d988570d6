import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { idempotencyKeysTable, Problem, type RuntimeHost, type VerifiedTenant } from "@meterr/runtime";
import {
  assertKeyPromises,
  assertKeyStatuses,
  authenticatorForTest,
  faultyHost,
  tenantForTest,
  type StatusFixtures,
} from "@meterr/runtime/testing";
import { webhookClaimsMigrations, type WebhookAuthenticator } from "@meterr/runtime/webhooks";
import { webhookInboxMigrations, type ProcessDelivery } from "../src/index.ts";
import { codeOf, inboxForTest, sourceForTest } from "./support/inbox-for-test.ts";
import { inTenant } from "./support/in-tenant.ts";
import { world } from "./support/world.ts";

const { database, one, two, people, audits, hostForTest, tenantOf, close } = await world();
after(close);
await database.pools.admin.query(`create table meterr.effects (org_id uuid not null, delivery uuid not null)`);
await database.pools.admin.query("grant select, insert on meterr.effects to meterr_dashboard");

const effect: ProcessDelivery = async ({ id }, { sql, tenant }) => {
  await sql.query("insert into effects (org_id, delivery) values ($1, $2)", [tenant.id, id]);
};

function inbox(process: ProcessDelivery = effect) {
  const source = sourceForTest(`s${randomBytes(4).toString("hex")}`, tenantOf);
  const made = inboxForTest({ host: hostForTest(), sources: [source], people, process });
  interface Item {
    id: string;
    status: string;
    failure: string | null;
    attempts: number;
    payload?: string;
  }
  return {
    ...made,
    source,
    async list(who: string, query = ""): Promise<{ items: Item[]; next_cursor: string | null }> {
      const response = await made.get(who, `/deliveries?source=${source.name}${query}`);
      assert.equal(response.status, 200);
      return (await response.json()) as { items: Item[]; next_cursor: string | null };
    },
    effects: async (): Promise<number> =>
      (
        await database.pools.admin.query(
          `select from meterr.effects e join meterr.webhook_inbox_deliveries d on d.id = e.delivery where d.source = $1`,
          [source.name],
        )
      ).rowCount ?? 0,
    claims: async (): Promise<number> =>
      (await database.pools.admin.query("select from meterr.webhook_claims where sender = $1", [source.name]))
        .rowCount ?? 0,
  };
}

test("the same delivery ten times at once has one effect and stands in the inbox once", async () => {
  const { mounted, source, list, effects, claims } = inbox();
  const first = source.deliver("one");
  const answers = await Promise.all(
    [...Array(9)]
      .map(() => first.clone())
      .concat(first)
      .map((request) => mounted(request)),
  );
  assert.deepEqual(
    answers.map(({ status }) => status).toSorted((a, b) => a - b),
    [...Array(9).fill(200), 202],
  );
  assert.deepEqual([(await list("owner of one")).items.length, await effects(), await claims()], [1, 1, 1]);
});

test("one id of two organisations is two deliveries, and neither can see, claim or take back the other's", async () => {
  const { mounted, source, effects } = inbox();
  const id = `evt_${randomUUID()}`;
  for (const account of ["one", "two"]) assert.equal((await mounted(source.deliver(account, { id }))).status, 202);
  assert.equal(await effects(), 2);
  const { dashboard } = database.pools;
  await inTenant(dashboard, tenantForTest({ id: one.orgId }), async (sql) => {
    const seen = await sql.query<{ org_id: string }>("select org_id from webhook_claims where sender = $1", [
      source.name,
    ]);
    assert.deepEqual(seen.rows, [{ org_id: one.orgId }]);
    for (const text of [
      "insert into webhook_claims select $1, route, sender, 'x', claimed_at, expires_at from webhook_claims limit 1",
      "update webhook_claims set org_id = $1",
      "delete from webhook_claims where org_id = $1",
    ]) {
      await sql.query("savepoint a");
      await assert.rejects(sql.query(text, [two.orgId]), { code: "42501" });
      await sql.query("rollback to savepoint a");
    }
  });
});

test("an organisation sees its own deliveries, a member who sees only their own rows sees none", async () => {
  const { mounted, source, list, get, replay } = inbox();
  for (const account of ["one", "two"]) assert.equal((await mounted(source.deliver(account))).status, 202);
  const [mine] = (await list("owner of one")).items;
  const [theirs] = (await list("owner of two")).items;
  assert.ok(mine && theirs && mine.id !== theirs.id);
  assert.equal((await list("viewer of one")).items.length, 1);
  assert.equal((await get("owner of one", `/deliveries/${mine.id}`)).status, 200);
  assert.equal(await codeOf(await get("owner of one", `/deliveries/${theirs.id}`)), "404 not_found");
  assert.equal(await codeOf(await replay("owner of one", theirs.id)), "404 not_found");
  assert.equal(await codeOf(await get("developer of one", "/deliveries")), "403 forbidden");
  assert.equal(await codeOf(await replay("viewer of one", mine.id)), "403 forbidden");
  const subject = tenantForTest({ id: one.orgId, subject: randomUUID(), visibility: "subject" });
  const rows = (tenant: VerifiedTenant) =>
    inTenant(database.pools.dashboard, tenant, (sql) =>
      sql.query("select from webhook_inbox_deliveries where source = $1", [source.name]),
    );
  assert.equal((await rows(subject)).rows.length, 0);
  assert.equal((await rows(tenantForTest({ id: one.orgId }))).rows.length, 1);
});

test("what fails is kept without its effect; a replay has it once; a second asks for even_if_processed", async () => {
  let broken = true;
  const { mounted, source, list, get, replay, effects } = inbox(async (delivery, work) => {
    await effect(delivery, work);
    if (broken) await work.sql.query("select 1 / 0");
  });
  assert.equal((await mounted(source.deliver("one", { text: "äöü 👋" }))).status, 202);
  const [failed] = (await list("owner of one", "&status=failed")).items;
  assert.ok(failed);
  assert.deepEqual([failed.failure, failed.attempts, await effects()], ["error", 1, 0]);
  assert.equal("payload" in failed, false);
  const whole = (await (await get("owner of one", `/deliveries/${failed.id}`)).json()) as { payload: string };
  assert.equal((JSON.parse(whole.payload) as { text: string }).text, "äöü 👋");

  assert.equal(((await (await replay("owner of one", failed.id)).json()) as { outcome: string }).outcome, "failed");
  broken = false;
  audits.length = 0;
  const both = await Promise.all([replay("owner of one", failed.id), replay("owner of one", failed.id)]);
  assert.deepEqual(
    both.map(({ status }) => status).toSorted((a, b) => a - b),
    [200, 409],
  );
  assert.deepEqual([await effects(), (await list("owner of one")).items[0]?.attempts], [1, 3]);
  assert.deepEqual(audits, [{ action: "webhook_delivery.replayed", actor: people["owner of one"].id }]);
  assert.equal(await codeOf(await replay("owner of one", failed.id)), "409 already_processed");
  assert.equal((await replay("owner of one", failed.id, { even_if_processed: true })).status, 200);
  assert.equal(await effects(), 2);
});

test("a query that failed and was swallowed keeps nothing of the host's code", async () => {
  const { mounted, source, list, effects } = inbox(async (delivery, work) => {
    await effect(delivery, work);
    await work.sql.query("select 1 / 0").catch(() => undefined);
  });
  assert.equal((await mounted(source.deliver("one"))).status, 202);
  assert.deepEqual([(await list("owner of one")).items[0]?.status, await effects()], ["failed", 0]);
});

test("503 from the host's code keeps nothing at all, and the sender's next attempt is the first", async () => {
  let down = true;
  const { mounted, source, list, claims, effects } = inbox(async (delivery, work) => {
    await effect(delivery, work);
    if (down) throw new Problem("dependency_unavailable");
  });
  const first = source.deliver("one");
  const again = first.clone();
  assert.equal((await mounted(first)).status, 503);
  assert.deepEqual([(await list("owner of one")).items.length, await claims(), await effects()], [0, 0, 0]);
  down = false;
  assert.equal((await mounted(again)).status, 202);
  assert.deepEqual([await claims(), await effects()], [1, 1]);
});

test("pages follow each other without a gap or a repetition", async () => {
  const { mounted, source, list } = inbox();
  for (let n = 0; n < 5; n++) assert.equal((await mounted(source.deliver("one"))).status, 202);
  const all = (await list("owner of one")).items.map(({ id }) => id);
  const paged: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page: Awaited<ReturnType<typeof list>> = await list(
      "owner of one",
      `&limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`,
    );
    paged.push(...page.items.map(({ id }) => id));
    cursor = page.next_cursor;
  }
  assert.deepEqual(paged, all);
  assert.equal(new Set(all).size, 5);
});

test("retention forgets what is past its time, of every organisation, and nothing else", async () => {
  const { mounted, source } = inbox();
  for (const account of ["one", "one", "two"]) await mounted(source.deliver(account));
  const { admin, worker, dashboard } = database.pools;
  const age = (table: "webhook_inbox_deliveries" | "webhook_claims", from: string, by: string) =>
    // sql-not-constant: the two names above
    admin.query(
      `update meterr.${table} set ${from} = ${from} - interval '400 days', expires_at = now() - interval '1 s'
       where ctid in (select ctid from meterr.${table} where ${by} = $1 and org_id = any ($2) limit 2)`,
      [source.name, [one.orgId, two.orgId]],
    );
  await age("webhook_inbox_deliveries", "received_at", "source");
  await age("webhook_claims", "claimed_at", "sender");
  const forgotten = async (text: string) => (await worker.query<{ n: string }>(text)).rows[0]?.n;
  assert.equal(await forgotten("select meterr.forget_webhook_inbox(1) as n"), "1");
  assert.equal(await forgotten("select meterr.forget_webhook_inbox(100) as n"), "1");
  assert.equal(await forgotten("select meterr.forget_webhook_claims(100) as n"), "2");
  assert.equal(await forgotten("select meterr.forget_webhook_claims(100) as n"), "0");
  for (const text of ["select meterr.forget_webhook_inbox(1)", "delete from meterr.webhook_claims"]) {
    await assert.rejects(dashboard.query(text), { code: "42501" });
  }
});

test("every route keeps the promises, and answers every status it can, against the real database", async () => {
  let broken = false;
  const source = sourceForTest("promises", tenantOf);
  const auth: WebhookAuthenticator = {
    ...source.auth,
    authenticate: async (request, io) => {
      if (broken) throw new Error("planted");
      return source.auth.authenticate(request, io);
    },
  };
  const host = faultyHost(hostForTest());
  const members = authenticatorForTest(people);
  const fails: ProcessDelivery = async () => Promise.reject(new Error("planted"));
  const { mounted } = inboxForTest({ host, sources: [{ name: "promises", auth }], members, process: fails });
  await mounted(source.deliver("one"));
  const [row] = (
    await database.pools.admin.query<{ id: string }>(
      "select id from meterr.webhook_inbox_deliveries where source = 'promises'",
    )
  ).rows;
  assert.ok(row);
  const fixtures: StatusFixtures = {
    host,
    breakIdentity: (yes) => void (broken = members.broken = yes),
    request: ({ method, path }) => {
      if (path.includes("/sources/")) return source.deliver("one");
      const headers = { "x-test-credential": "owner of one", "content-type": "application/json" };
      const url = `https://site.test${path.replace(":id", row.id)}`;
      return new Request(url, { method, headers, ...(method === "GET" ? {} : { body: "{}" }) });
    },
    withoutRight: async (route) => {
      if (route.auth.kind === "webhook") return null;
      const request = await fixtures.request(route);
      request.headers.set("x-test-credential", "developer of one");
      return request;
    },
    provoked: {
      "POST /api/v1/webhook-inbox/deliveries/:id/replay": {
        already_processed: async () => {
          await database.pools.admin.query(
            "update meterr.webhook_inbox_deliveries set status = 'processed', failure = null where id = $1",
            [row.id],
          );
          return new Request(`https://site.test/api/v1/webhook-inbox/deliveries/${row.id}/replay`, {
            method: "POST",
            headers: { "x-test-credential": "owner of one", "content-type": "application/json" },
            body: "{}",
          });
        },
      },
    },
  };
  await assertKeyPromises(mounted, fixtures);
  await assertKeyStatuses(mounted, fixtures);
});

test("in a host's own schema it goes up, takes a delivery, and goes down leaving nothing", async () => {
  const { admin } = database.pools;
  const suffix = randomBytes(4).toString("hex");
  const [owner, app, schema] = [`host_owner_${suffix}`, `host_app_${suffix}`, `host_${suffix}`];
  for (const role of [owner, app]) await admin.query(`create role ${role} nologin`);
  await admin.query(`create schema ${schema} authorization ${owner}`);
  const sql = (folder: URL, name: string) => readFile(new URL(name, folder), "utf8");
  const file = async (direction: "up" | "down"): Promise<string> =>
    [
      await sql(webhookClaimsMigrations().folder, `0001_webhook_claims.${direction}.sql`),
      idempotencyKeysTable()[direction],
      await sql(webhookInboxMigrations().folder, `0001_webhook_inbox.${direction}.sql`),
    ].join("\n");
  const connect = async (role: string) => {
    const client = await admin.connect();
    await client.query(`set search_path = ${schema}, pg_temp`);
    await client.query(`set role ${role}`);
    return client;
  };
  const asOwner = async (text: string): Promise<void> => {
    const client = await connect(owner);
    await client.query(text).finally(() => client.release(true));
  };
  const left = async (): Promise<unknown[]> =>
    (
      await admin.query(
        `select relname::text as name from pg_class where relnamespace = $1::regnamespace
         union all select proname::text from pg_proc where pronamespace = $1::regnamespace`,
        [schema],
      )
    ).rows;
  try {
    await asOwner(await file("up"));
    await asOwner(`grant usage on schema ${schema} to ${app};
      grant select, insert on webhook_claims to ${app};
      grant select, insert, delete on idempotency_keys to ${app};
      grant select, insert, update on webhook_inbox_deliveries to ${app}`);
    const pool = {
      async connect() {
        const client = await connect(app);
        return Object.assign(client, { release: client.release.bind(client, true) });
      },
    };
    const host: RuntimeHost = {
      ...hostForTest(),
      withTenant: (tenant, work) => inTenant(pool, tenant, work),
    };
    const source = sourceForTest("shop", tenantOf);
    const { mounted, get, replay } = inboxForTest({ host, sources: [source], people });
    const first = source.deliver("one");
    const again = first.clone();
    assert.deepEqual([(await mounted(first)).status, (await mounted(again)).status], [202, 200]);
    const { items } = (await (await get("owner of one", "/deliveries")).json()) as { items: { id: string }[] };
    assert.equal(items.length, 1);
    const anew = { even_if_processed: true };
    const keyed = { "idempotency-key": randomUUID() };
    const [id = ""] = items.map((item) => item.id);
    for (const replayed of [null, "true"]) {
      const answer = await replay("owner of one", id, anew, keyed);
      assert.deepEqual([answer.status, answer.headers.get("idempotent-replayed")], [200, replayed]);
    }
    await asOwner(await file("down"));
    assert.deepEqual(await left(), []);
    await asOwner(await file("up"));
    await asOwner(await file("down"));
    assert.deepEqual(await left(), []);
  } finally {
    await admin.query(`drop schema ${schema} cascade`);
    for (const role of [app, owner]) await admin.query(`drop role ${role}`);
  }
});
