import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { openWorld, USAGE, type World } from "./support/world.ts";

let world: World;
let key = "";
before(async () => {
  world = await openWorld();
  key = (await world.one.createVirtualKey()).id;
});
after(() => world.close());

test("an event shows its tokens, its exact cost and how it ended", async () => {
  const id = await world.spend(world.one, { virtualKey: key, cost: 312n, input: 1000, cacheRead: 200, output: 30 });
  const { body } = await world.call("GET", `${USAGE}/events?limit=1`);
  const [event] = body.items;
  assert.deepEqual(
    [event.id, event.cost_nanousd, event.cost_usd, event.outcome, event.source, event.simulated, event.status],
    [id, "312", "0.000000312", "settled", "gateway", false, 200],
  );
  assert.deepEqual(event.usage, {
    input: 1000,
    cache_read: 200,
    cache_write_5m: 0,
    cache_write_1h: 0,
    output: 30,
    reasoning: 0,
    audio_in: 0,
    audio_out: 0,
    image_in: 0,
  });
  assert.equal("raw_usage" in event || "org_id" in event || "occurred_micros" in event, false);
});

test("each filter keeps what it names and nothing else", async () => {
  const other = (await world.one.createVirtualKey({ memberId: world.one.members.admin.id })).id;
  const wanted = await world.spend(world.one, {
    virtualKey: other,
    provider: "google",
    model: "gemini-2.0-flash",
    simulated: true,
  });
  for (const filter of [
    `virtual_key_id=${other}`,
    `virtual_key_id=${other.toUpperCase()}`,
    `member_id=${world.one.members.admin.id}`,
    "provider=google",
    "model=gemini-2.0-flash",
    "simulated=true",
  ]) {
    const { body } = await world.call("GET", `${USAGE}/events?${filter}`);
    assert.deepEqual(
      body.items.map((item: { id: string }) => item.id),
      [wanted],
      filter,
    );
  }
  const real = await world.call("GET", `${USAGE}/events?simulated=false`);
  assert.equal(
    real.body.items.some((item: { id: string }) => item.id === wanted),
    false,
  );
  const none = await world.call("GET", `${USAGE}/events?model=${encodeURIComponent("' or true --")}`);
  assert.deepEqual(none.body.items, []);
});

test("since is included and until is not", async () => {
  const { body } = await world.call("GET", `${USAGE}/events?limit=1`);
  const at = new Date(body.items[0].occurred_at);
  const later = new Date(at.getTime() + 1).toISOString();
  const found = async (query: string) => (await world.call("GET", `${USAGE}/events?${query}`)).body.items.length;
  assert.ok((await found(`since=${at.toISOString()}`)) >= 1);
  assert.equal(await found(`since=${later}`), 0);
  assert.equal(await found(`until=${at.toISOString()}`), (await found(`until=${later}`)) - 1);
  assert.equal(await found("since=0000-01-01T00:00:00Z"), await found("limit=200"), "the year nought is no failure");
});

for (const list of ["events", "refusals"] as const) {
  test(`pages of ${list} lose and repeat nothing, however many happened in one moment`, async () => {
    const org = world.two;
    const virtualKey = (await org.createVirtualKey()).id;
    const made = list === "events" ? await spendTwelve(virtualKey) : await refuseTwelve(virtualKey);
    const offsets = fc.array(fc.constantFrom(0, 0, 1, 2, 999, 1000, 1_000_000), { minLength: 12, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(offsets, fc.integer({ min: 1, max: 13 }), async (micros, limit) => {
        await org.arrange((sql) => sql.query(MOVE[list], [made, micros]));
        const whole = await page("limit=200");
        assert.equal(whole.next, null);
        const seen: string[] = [];
        let cursor: string | null = null;
        do {
          const part: Page = await page(`limit=${limit}${cursor === null ? "" : `&cursor=${cursor}`}`);
          assert.ok(part.ids.length > 0 && part.ids.length <= limit);
          seen.push(...part.ids);
          cursor = part.next;
        } while (cursor !== null);
        assert.deepEqual(seen, whole.ids);
        assert.deepEqual([...seen].sort(), [...made].sort());
      }),
      { numRuns: 25 },
    );

    async function page(query: string): Promise<Page> {
      const { body } = await world.call("GET", `${USAGE}/${list}?${query}`, { as: { org, role: "owner" } });
      return { ids: body.items.map((item: { id: string }) => item.id), next: body.next_cursor };
    }
  });
}

interface Page {
  readonly ids: string[];
  readonly next: string | null;
}

const MOVE = {
  events: `update events e set occurred_at = date_trunc('month', now()) + p.micros * interval '1 microsecond'
    from unnest($1::uuid[], $2::int[]) as p (id, micros) where e.id = p.id`,
  refusals: `update refusals e set occurred_at = date_trunc('month', now()) + p.micros * interval '1 microsecond'
    from unnest($1::uuid[], $2::int[]) as p (id, micros) where e.id = p.id`,
};

async function spendTwelve(virtualKey: string): Promise<string[]> {
  const made: string[] = [];
  for (let at = 0; at < 12; at++) made.push(await world.spend(world.two, { virtualKey }));
  return made;
}

async function refuseTwelve(virtualKey: string): Promise<string[]> {
  const rows = Array.from({ length: 12 }, () => ({
    id: randomUUID(),
    occurred_at: new Date().toISOString(),
    virtual_key_id: virtualKey,
    member_id: world.two.members.developer.id,
    simulated: false,
    provider: "openai",
    endpoint: "chat.completions",
    model: null,
    code: "not_metered",
    status: 400,
    request_id: "req_test",
  }));
  await world.db.pools.gateway.query("select ledger_note_refusals($1, $2)", [world.two.orgId, JSON.stringify(rows)]);
  return rows.map(({ id }) => id);
}
