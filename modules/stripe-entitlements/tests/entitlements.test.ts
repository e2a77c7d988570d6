import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, beforeEach, test } from "node:test";
import { assertKeyPromises, assertKeyStatuses, tenantForTest, type StatusFixtures } from "@meterr/runtime/testing";
import { linkStripeCustomer, unlinkStripeCustomer } from "../src/index.ts";
import { DOWN, newCustomer, newWebhookSecret, UP, world, type Tenant } from "./support/world.ts";

const it = await world();
after(() => it.close());
const { stripe } = it;
const signal = new AbortController().signal;
const { check, handle } = it.build();
const has = ({ tenant }: Pick<Tenant, "tenant">, feature = "export"): Promise<boolean> =>
  check({ tenant, feature, signal });

beforeEach(() => {
  stripe.requests.length = 0;
  stripe.before = () => undefined;
});

for (const [status, entitled] of [
  ["active", true],
  ["trialing", true],
  ["past_due", false],
  ["unpaid", false],
  ["incomplete", false],
  ["incomplete_expired", false],
  ["paused", false],
  ["canceled", false],
  ["a_status_of_tomorrow", false],
] as const) {
  test(`a subscription that is ${status} entitles: ${entitled}`, async () => {
    const someone = await it.tenant();
    stripe.subscribe(someone.customer, status, { features: "export" });
    assert.equal(await has(someone), entitled);
  });
}

test("only a whole name entitles, never a part of one or a longer one", async () => {
  const someone = await it.tenant();
  stripe.subscribe(someone.customer, "active", { features: "exports, sso-basic api.read,  Audit" });
  for (const name of ["exports", "sso-basic", "api.read"]) assert.equal(await has(someone, name), true, name);
  for (const name of [
    "export",
    "sso",
    "basic",
    "api",
    "read",
    "audit",
    "Audit",
    "exports, sso-basic",
    "",
    "%",
    "e.*",
  ]) {
    assert.equal(await has(someone, name), false, name);
  }
});

test("each tenant has what its own customer pays for; a tenant without a customer has nothing", async () => {
  const [one, two, none] = [await it.tenant(), await it.tenant(), await it.tenant(false)];
  stripe.subscribe(one.customer, "active", { features: "export" });
  stripe.subscribe(two.customer, "active", { features: "sso" });
  stripe.subscribe(none.customer, "active", { features: "export" });
  assert.deepEqual([await has(one), await has(two), await has(none)], [true, false, false]);
  assert.deepEqual([await has(one, "sso"), await has(two, "sso")], [false, true]);
});

test("every subscription, page and item counts", async () => {
  const someone = await it.tenant();
  for (let n = 0; n < 101; n++) stripe.subscribe(someone.customer, "past_due", { features: "nothing" });
  const prices = Array.from({ length: 14 }, (_, at) => ({ features: `item-${at}` }));
  stripe.subscribe(someone.customer, "active", ...prices);
  assert.equal(await has(someone, "item-13"), true);
  assert.deepEqual(
    stripe.requests.map(({ pathname }) => pathname),
    ["/v1/subscriptions", "/v1/subscriptions", "/v1/subscription_items"],
  );
});

test("Stripe is asked once while its answer is fresh, by however many at once, and again afterwards", async () => {
  const someone = await it.tenant();
  const subscription = stripe.subscribe(someone.customer, "active", { features: "export" });
  it.host.events.length = 0;
  // Stripe answers once all three have found nothing fresh.
  stripe.before = async () => {
    while (it.host.events.filter((event) => event === "commit").length < 3) await new Promise(setImmediate);
  };
  assert.deepEqual(await Promise.all([has(someone), has(someone), has(someone, "sso")]), [true, true, false]);
  assert.equal(await has(someone), true);
  assert.equal(stripe.requests.length, 1);
  subscription.status = "unpaid";
  const began = it.time;
  it.time = new Date(began.getTime() + 59_999);
  assert.equal(await has(someone), true);
  it.time = new Date(began.getTime() + 60_000);
  assert.equal(await has(someone), false);
  it.time = new Date(began.getTime() - 1);
  assert.equal(await has(someone), false);
  assert.equal(stripe.requests.length, 3);
  it.time = began;
});

test("an event ends what was known at once, whatever it says and in whatever order events arrive", async () => {
  const someone = await it.tenant();
  const subscription = stripe.subscribe(someone.customer, "active", { features: "export" });
  assert.equal(await has(someone), true);
  subscription.status = "canceled";
  // The newer event first, then one from before that still says "active".
  const newer = it.event(someone.customer, { type: "customer.subscription.deleted" });
  const older = it.event(someone.customer, { created: 1 });
  assert.equal((await it.post(handle, newer)).status, 200);
  assert.equal(await has(someone), false);
  assert.equal((await it.post(handle, older)).status, 200);
  assert.equal(await has(someone), false);
  subscription.status = "active";
  await it.post(handle, it.event({ id: someone.customer, object: "customer" }));
  assert.equal(await has(someone), true);
});

test("an answer from before an event is not kept after it", async () => {
  const someone = await it.tenant();
  const subscription = stripe.subscribe(someone.customer, "active", { features: "export" });
  // Stripe has made its answer; before it arrives, the subscription ends and the event overtakes it.
  stripe.before = async () => {
    stripe.before = () => undefined;
    subscription.status = "canceled";
    assert.equal((await it.post(handle, it.event(someone.customer))).status, 200);
  };
  assert.equal(await has(someone), false);
  assert.equal(stripe.requests.length, 2);
});

test("when events never stop while Stripe is asked, the answer is denied", async () => {
  const someone = await it.tenant();
  stripe.subscribe(someone.customer, "active", { features: "export" });
  stripe.before = () => it.post(handle, it.event(someone.customer));
  await assert.rejects(has(someone), { code: "changing", retryable: true });
});

test("a delivery has its effect once, and one signed by nobody has none", async () => {
  const someone = await it.tenant();
  stripe.subscribe(someone.customer, "active", { features: "export" });
  await has(someone);
  const payload = it.event(someone.customer);
  const generation = async (): Promise<unknown> =>
    it.inTenant(
      someone.tenant,
      async (sql) =>
        (await sql.query<{ generation: string }>("select generation from stripe_customers")).rows[0]?.generation,
    );
  assert.equal((await it.post(handle, payload, { secret: newWebhookSecret() })).status, 401);
  assert.equal(await generation(), "0");
  assert.deepEqual(await (await it.post(handle, payload)).json(), { received: true });
  const replay = await it.post(handle, payload);
  assert.deepEqual([replay.status, await replay.json()], [200, { replayed: true }]);
  assert.equal(await generation(), "1");
});

test("while the secret is rolled, the old and the new are both taken", async () => {
  const someone = await it.tenant();
  const next = newWebhookSecret();
  const rolling = it.build({ env: { ...it.env(), STRIPE_WEBHOOK_SECRET: `${it.webhookSecret},${next}` } });
  for (const secret of [it.webhookSecret, next]) {
    assert.equal((await it.post(rolling.handle, it.event(someone.customer), { secret })).status, 200);
  }
});

test("the tenant is the stored one: neither metadata, a header nor an unknown customer names another", async () => {
  const [one, two] = [await it.tenant(), await it.tenant()];
  stripe.subscribe(two.customer, "active", { features: "export" });
  await has(two);
  const read = async (): Promise<unknown> =>
    it.inTenant(two.tenant, async (sql) => (await sql.query("select generation from stripe_customers")).rows);
  const before = await read();
  const object = {
    id: "sub_1",
    object: "subscription",
    customer: one.customer,
    metadata: { tenant_id: two.tenant.id },
  };
  assert.equal((await it.post(handle, it.event(null, { data: { object } }))).status, 200);
  const headers = { "x-tenant-id": two.tenant.id };
  assert.equal((await it.post(handle, it.event(one.customer), { headers })).status, 403);
  for (const stranger of [newCustomer(), null, 7, "' or true --"]) {
    assert.equal((await it.post(handle, it.event(stranger))).status, 400);
  }
  assert.deepEqual(await read(), before);
});

test("a customer belongs to one tenant and a tenant has one customer", async () => {
  const [one, two] = [await it.tenant(), await it.tenant(false)];
  const link = (tenant: Tenant["tenant"], customer: string): Promise<void> =>
    it.inTenant(tenant, (sql) => linkStripeCustomer(sql, tenant, customer));
  await link(one.tenant, one.customer);
  await assert.rejects(link(two.tenant, one.customer), { code: "customer_taken" });
  await assert.rejects(link(one.tenant, two.customer), { code: "tenant_linked" });
  for (const id of ["", "cus_", "sub_1", "cus_1 ", "cus_1'--"]) {
    await assert.rejects(link(two.tenant, id), { code: "customer_invalid" });
  }
  await it.inTenant(one.tenant, (sql) => unlinkStripeCustomer(sql, one.tenant));
  stripe.subscribe(one.customer, "active", { features: "export" });
  assert.equal(await has(one), false);
  await link(two.tenant, one.customer);
  assert.equal(await has(two), true);
});

test("no tenant sees or changes another's customer, and the application's role only what it was granted", async () => {
  const [one, two] = [await it.tenant(), await it.tenant()];
  await it.inTenant(one.tenant, async (sql) => {
    const { rows } = await sql.query<{ org_id: string }>("select org_id from stripe_customers");
    assert.deepEqual(
      rows.map(({ org_id }) => org_id),
      [one.tenant.id],
    );
    const changed = await sql.query(
      "update stripe_customers set features = '{export}', read_at = now() where org_id = $1",
      [two.tenant.id],
    );
    assert.equal(changed.rowCount, 0);
  });
  await it
    .inTenant(tenantForTest({ id: randomUUID() }), async (sql) => {
      assert.equal((await sql.query("select from stripe_customers")).rows.length, 0);
      await assert.rejects(
        sql.query("insert into stripe_customers (org_id, customer_id) values ($1, $2)", [one.tenant.id, newCustomer()]),
        { code: "42501" },
      );
    })
    .catch((error: unknown) => assert.match(String(error), /aborted/));
  // The owner sees one row only, by the customer its function was asked for, and none by itself.
  await it.as("owner", [`do $$ begin if exists (select from stripe_customers) then raise 'seen'; end if; end $$`]);
  await it.as("app", [
    `do $$ begin perform set_config('app.stripe_customer', '${one.customer}', true);
       if exists (select from stripe_customers) then raise 'seen'; end if; end $$`,
  ]);
  // A careless policy opens nothing.
  await it.as("owner", ["create policy careless on stripe_customers using (true) with check (true)"]);
  await it.inTenant(one.tenant, async (sql) => {
    assert.equal((await sql.query("select from stripe_customers")).rows.length, 1);
    assert.equal(
      (await sql.query("update stripe_customers set generation = 9 where org_id = $1", [two.tenant.id])).rowCount,
      0,
    );
  });
  await it.as("owner", ["drop policy careless on stripe_customers"]);
  for (const text of ["update stripe_customers set customer_id = 'cus_1'", "truncate stripe_customers"]) {
    await assert.rejects(it.as("app", [text]), { code: "42501" });
  }
});

test("events are safe to log and say what happened", async () => {
  const someone = await it.tenant();
  it.events.length = 0;
  await has(someone);
  await it.post(handle, it.event(someone.customer));
  assert.deepEqual(
    it.events.map(({ event }) => event),
    ["integration.answered", "entitlements.read", "entitlements.invalidated"],
  );
  const text = JSON.stringify(it.events);
  for (const value of [stripe.apiKey, it.webhookSecret, someone.customer]) assert.equal(text.includes(value), false);
});

test("the webhook's route keeps the promises, and answers every status it can", async () => {
  const someone = await it.tenant();
  let broken = false;
  const promised = it.build({
    lookup: { query: (text, values) => (broken ? Promise.reject(new Error("down")) : it.lookup.query(text, values)) },
  });
  const fixtures: StatusFixtures = {
    host: it.host,
    withoutRight: () => null,
    breakIdentity: (value) => void (broken = value),
    async request() {
      let made: Request | null = null;
      await it.post(
        Object.assign(
          (request: Request) => {
            made = request;
            return Promise.resolve(new Response());
          },
          { routes: [] },
        ),
        it.event(someone.customer),
      );
      assert.ok(made);
      return made;
    },
  };
  await assertKeyPromises(promised.handle, fixtures);
  await assertKeyStatuses(promised.handle, fixtures);
});

test("its SQL goes down leaving nothing, and up again", async () => {
  await it.as("owner", [DOWN]);
  assert.deepEqual(await it.left(), []);
  await it.as("owner", [UP, DOWN]);
  assert.deepEqual(await it.left(), []);
});
