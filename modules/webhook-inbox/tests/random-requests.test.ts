import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { after, test } from "node:test";
import { inspect } from "node:util";
import { parseStrictJson, type RouteDefinition } from "@meterr/runtime";
import { spoilDelivery, SPOILT_DELIVERIES, type SpoiltDelivery } from "@meterr/runtime/testing";
import fc from "fast-check";
import { BASE, inboxForTest, sourceForTest } from "./support/inbox-for-test.ts";
import { world } from "./support/world.ts";

// Random deliveries, credentials, organisations, bodies and queries at every route, against the real database: whatever
// is answered below 400 had a signature or a membership, a right and a schema behind it, and nobody reads another's rows.

const { database, one, two, people, hostForTest, tenantOf, close } = await world();
after(close);

const canary = `canary-${randomBytes(9).toString("hex")}`;
const logs: string[] = [];
const source = sourceForTest("shop", tenantOf, { timed: true });
const { mounted } = inboxForTest({
  host: hostForTest({
    report: (failure) => void logs.push(inspect(failure, { depth: 9 })),
    onEvent: (event) => void logs.push(JSON.stringify(event)),
  }),
  sources: [source],
  people,
  // What the sender calls broken fails in the host's code, and is kept as failed.
  process: async ({ body }, { sql }) => {
    if ((body as { broken?: boolean }).broken === true) await sql.query("select 1 / 0");
  },
});

const kept = async (orgId: string): Promise<string[]> =>
  (
    await database.pools.admin.query<{ id: string }>(
      "select id from meterr.webhook_inbox_deliveries where org_id = $1 order by received_at",
      [orgId],
    )
  ).rows.map(({ id }) => id);

/** One of each organisation's, made of the other's canary and of nothing. */
async function plant(): Promise<{ mine: string; theirs: string }> {
  for (const broken of [false, true]) {
    const planted = source.deliver("two", { type: canary, broken, text: canary });
    assert.equal((await mounted(planted)).status, 202);
  }
  assert.equal((await mounted(source.deliver("one"))).status, 202);
  const [mine = "", theirs = ""] = [(await kept(one.orgId))[0], (await kept(two.orgId))[0]];
  return { mine, theirs };
}
const { mine, theirs } = await plant();

const named = { none: null, mine: one.orgId, theirs: two.orgId, unknown: randomUUID(), nonsense: "' or true --" };
const tenants = fc.constantFrom(...(Object.keys(named) as (keyof typeof named)[]));
const said = async (response: Response): Promise<string> =>
  `${await response.text()} ${JSON.stringify([...response.headers])}`;

/** Three in four are in order, so that a delivery often fails by one thing alone. */
const mostly = <Value>(good: Value, bad: readonly Value[]): fc.Arbitrary<Value> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(good) }, fc.constantFrom(...bad));

/** JSON that means the same to every reader. */
function isAcceptable(content: object): boolean {
  try {
    return parseStrictJson(JSON.stringify(content)) !== undefined;
  } catch {
    return false;
  }
}

test("of random deliveries, exactly those that are signed, timely, whole, mapped and new are taken", async () => {
  let [taken, replayed, refused] = [0, 0, 0];
  const deliveries = fc.record({
    spoilt: mostly<SpoiltDelivery | null>(null, SPOILT_DELIVERIES),
    secret: mostly(source.secret, [randomBytes(24).toString("hex")]),
    late: mostly(0, [290, -290, 310, -310, 86_400, 1e9]),
    account: mostly("one", ["two", "three", "", "' or true --"]),
    source: mostly("shop", ["bank", "__proto__"]),
    tenant: mostly<keyof typeof named>("none", ["mine", "theirs", "unknown", "nonsense"]),
    content: fc.dictionary(fc.constantFrom("org_id", "role", "broken", "text"), fc.jsonValue()),
    again: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(deliveries, async ({ spoilt, secret, late, account, tenant, content, again, ...to }) => {
      const made = source.deliver(account, content, { secret, late, source: to.source });
      if (named[tenant] !== null) made.headers.set("x-tenant-id", named[tenant]);
      const request = spoilt === null ? made : await spoilDelivery(made, spoilt, "x-webhook-signature");
      const owner = await tenantOf(account);
      const holds =
        spoilt === null &&
        secret === source.secret &&
        Math.abs(late) <= 300 &&
        to.source === "shop" &&
        isAcceptable(content) &&
        owner !== null &&
        (named[tenant] === null || named[tenant] === owner);
      const before = [await kept(one.orgId), await kept(two.orgId)];
      const repeated = request.clone();
      const response = await mounted(request);
      const at = JSON.stringify({ spoilt, late, account, tenant, ...to, status: response.status });
      assert.ok(response.status < 500, at);
      assert.equal(response.status < 400, holds, at);
      if (holds && again) {
        const replay = await mounted(repeated);
        assert.deepEqual([replay.status, await replay.json()], [200, { replayed: true }], at);
        replayed += 1;
      }
      const kept1 = await kept(one.orgId);
      const kept2 = await kept(two.orgId);
      assert.equal(kept1.length, (before[0]?.length ?? 0) + (holds && owner === one.orgId ? 1 : 0), at);
      assert.equal(kept2.length, (before[1]?.length ?? 0) + (holds && owner === two.orgId ? 1 : 0), at);
      assert.equal((await said(response)).includes(canary), false, at);
      if (holds) taken += 1;
      else refused += 1;
    }),
    { numRuns: 150, endOnFailure: true },
  );
  assert.ok(taken > 5 && replayed > 1 && refused > 60, `${taken} taken, ${replayed} again, ${refused} refused`);
});

const CALLERS = { nobody: null, "somebody made up": null, ...people };
const things = { mine, theirs, absent: randomUUID(), "no id": "x" };
const bodies = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom<unknown>({}, { even_if_processed: true }) },
  fc.jsonValue(),
  fc
    .constantFrom("org_id", "role", "is_admin", "__proto__")
    .map((claim) => ({ even_if_processed: true, [claim]: "x" })),
);
const queries = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Record<string, string>>({}, { limit: "2" }) },
  fc.constantFrom<Record<string, string>>({ limit: "0" }, { org_id: two.orgId }, { cursor: "%00" }, { source: "shop" }),
  fc.dictionary(fc.string({ maxLength: 6 }), fc.string({ maxLength: 12 }), { maxKeys: 2 }),
);

async function holds(schema: RouteDefinition["input"]["body"], value: unknown): Promise<boolean> {
  if (schema === undefined) return value === null || Object.keys(value as object).length === 0;
  return (await schema["~standard"].validate(value)).issues === undefined;
}

for (const { definition } of mounted.routes.filter(({ definition: { auth } }) => auth.kind !== "webhook")) {
  const name = `${definition.method} ${definition.path}`;
  test(`of random requests to ${name}, only those of a member with the right and fit input pass`, async () => {
    let [passed, refused] = [0, 0];
    const asks = fc.record({
      caller: fc.constantFrom(...(Object.keys(CALLERS) as (keyof typeof CALLERS)[])),
      tenant: tenants,
      thing: fc.constantFrom(...(Object.keys(things) as (keyof typeof things)[])),
      query: queries,
      body: definition.method === "GET" ? fc.constant(null) : bodies,
    });
    await fc.assert(
      fc.asyncProperty(asks, async ({ caller, tenant, thing, query, body }) => {
        const path = definition.path.replace(":id", things[thing]);
        const search = String(new URLSearchParams(query));
        const headers = new Headers({ "content-type": "application/json" });
        if (caller !== "nobody") headers.set("x-test-credential", caller);
        if (named[tenant] !== null) headers.set("x-tenant-id", named[tenant]);
        const response = await mounted(
          new Request(`${new URL(BASE).origin}${path}${search === "" ? "" : `?${search}`}`, {
            method: definition.method,
            headers,
            ...(body === null ? {} : { body: JSON.stringify(body) }),
          }),
        );
        const at = `${JSON.stringify({ caller, tenant, thing, query, body })} answered ${response.status}`;
        assert.ok(response.status < 500, at);
        const membership = CALLERS[caller]?.memberships[0];
        const readsTheirs = membership?.tenantId === two.orgId;
        if (response.status < 400) {
          assert.ok(membership, at);
          assert.ok(named[tenant] === null || named[tenant] === membership.tenantId, at);
          assert.ok(membership.role === "owner" || (definition.method === "GET" && membership.role === "viewer"), at);
          if (definition.path.includes(":id")) assert.equal(thing, readsTheirs ? "theirs" : "mine", at);
          assert.ok(await holds(definition.input.query, query), at);
          assert.ok(await holds(definition.input.body, body), at);
          passed += 1;
        } else refused += 1;
        if (!readsTheirs) assert.equal((await said(response)).includes(canary), false, at);
      }),
      {
        numRuns: 60,
        endOnFailure: true,
        examples: [
          [
            {
              caller: "owner of one",
              tenant: "none",
              thing: "mine",
              query: {},
              body: definition.method === "GET" ? null : { even_if_processed: true },
            },
          ],
        ],
      },
    );
    assert.ok(passed > 0 && refused > 20, `${passed} passed and ${refused} were refused`);
  });
}

test("no log holds the other organisation's canary or a secret, and its own people do read it", async () => {
  assert.ok(logs.length > 300);
  for (const secret of [canary, source.secret]) assert.equal(logs.join("\n").includes(secret), false);
  const own = new Request(`${BASE}/deliveries/${theirs}`, { headers: { "x-test-credential": "owner of two" } });
  assert.ok((await said(await mounted(own))).includes(canary));
});
