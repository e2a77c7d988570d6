import assert from "node:assert/strict";
import { after, test } from "node:test";
import { inspect } from "node:util";
import { mount } from "@meterr/runtime";
import { spoilDelivery, SPOILT_DELIVERIES, type SpoiltDelivery } from "@meterr/runtime/testing";
import fc from "fast-check";
import { newCustomer, newWebhookSecret, world, type Tenant } from "./support/world.ts";

// Random deliveries of Stripe's, against the real database: exactly those that are signed, timely, whole, mapped, new and
// an event have an effect, on their own tenant alone, and nothing of another tenant reaches an answer or a log.

const it = await world();
after(() => it.close());
const logs: string[] = [];
const { module } = it.build({
  host: {
    ...it.host,
    report: (failure) => void logs.push(inspect(failure, { depth: 9 })),
    onEvent: (event) => void logs.push(JSON.stringify(event)),
  },
});
const mounted = mount(module.routes);
const [mine, other] = [await it.tenant(), await it.tenant()];

async function generation({ tenant }: Tenant): Promise<number> {
  const { rows } = await it.inTenant(tenant, (sql) =>
    sql.query<{ generation: string }>("select generation from stripe_customers"),
  );
  return Number(rows[0]?.generation);
}

/** As it is sent: `post` hands it over instead of answering. */
async function delivery(payload: string, secret: string, late: number): Promise<Request> {
  let made = new Request("https://site.test/");
  const take = async (request: Request): Promise<Response> => {
    made = request;
    return new Response();
  };
  await it.post(Object.assign(take, { routes: [] }), payload, { secret, late });
  return made;
}

/** Three in four are in order, so that a delivery often fails by one thing alone. */
const mostly = <Value>(good: Value, bad: readonly Value[]): fc.Arbitrary<Value> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(good) }, fc.constantFrom(...bad));
const named = { none: null, mine: mine.tenant.id, other: other.tenant.id, nonsense: "%00" };
const customers = { mine: mine.customer, unknown: newCustomer(), none: undefined, nonsense: "' or true --" };

test("of random deliveries, exactly those that are signed, timely, whole, mapped, new and an event have an effect", async () => {
  let [taken, replayed, refused] = [0, 0, 0];
  const deliveries = fc.record({
    spoilt: mostly<SpoiltDelivery | null>(null, SPOILT_DELIVERIES),
    secret: mostly(it.webhookSecret, [newWebhookSecret()]),
    late: mostly(0, [299, -299, 301, -301, 86_400, 1e9]),
    customer: mostly<keyof typeof customers>("mine", ["unknown", "none", "nonsense"]),
    tenant: mostly<keyof typeof named>("none", ["mine", "other", "nonsense"]),
    query: mostly("", ["?org_id=x", "?token=x"]),
    object: mostly<unknown>("event", ["account", 7]),
    metadata: fc.dictionary(
      fc.constantFrom("tenant_id", "customer", "org_id"),
      fc.constantFrom(...Object.values(named)),
    ),
    again: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(deliveries, async ({ spoilt, secret, late, customer, tenant, query, object, metadata, again }) => {
      const content = { object: { id: "sub_1", object: "subscription", customer: customers[customer], metadata } };
      const made = await delivery(it.event(null, { object, data: content }), secret, late);
      if (named[tenant] !== null) made.headers.set("x-tenant-id", named[tenant]);
      const whole = spoilt === null ? made : await spoilDelivery(made, spoilt, "stripe-signature");
      const request = new Request(`${whole.url}${query}`, whole);
      const repeated = request.clone();
      const holds =
        spoilt === null &&
        secret === it.webhookSecret &&
        Math.abs(late) <= 300 &&
        customer === "mine" &&
        (tenant === "none" || tenant === "mine") &&
        query === "" &&
        object === "event";
      const before = [await generation(mine), await generation(other)];
      const response = await mounted(request);
      const text = `${await response.text()} ${JSON.stringify([...response.headers])}`;
      const at = JSON.stringify({ spoilt, late, customer, tenant, query, object, status: response.status });
      assert.ok(response.status < 500, at);
      assert.equal(response.status < 400, holds, at);
      if (holds && again) {
        const replay = await mounted(repeated);
        assert.deepEqual([replay.status, await replay.json()], [200, { replayed: true }], at);
        replayed += 1;
      }
      assert.deepEqual(
        [await generation(mine), await generation(other)],
        [(before[0] ?? 0) + (holds ? 1 : 0), before[1]],
      );
      for (const canary of [other.customer, other.tenant.id]) assert.equal(text.includes(canary), false, at);
      if (holds) taken += 1;
      else refused += 1;
    }),
    { numRuns: 120, endOnFailure: true },
  );
  assert.ok(taken > 3 && replayed > 0 && refused > 40, `${taken} taken, ${replayed} again, ${refused} refused`);
});

test("no log holds a secret, a customer or another tenant", () => {
  logs.push(...it.events.map((event) => JSON.stringify(event)));
  assert.ok(logs.length > 120);
  const log = logs.join("\n");
  for (const value of [it.webhookSecret, it.stripe.apiKey, mine.customer, other.customer, other.tenant.id]) {
    assert.equal(log.includes(value), false);
  }
  assert.ok(log.includes(mine.tenant.id));
});
