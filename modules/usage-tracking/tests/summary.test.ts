import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { openWorld, USAGE, type World } from "./support/world.ts";

let world: World;
before(async () => {
  world = await openWorld();
  await fill();
});
after(() => world.close());

const DIMENSIONS = ["provider", "model", "member", "virtual_key"] as const;
const MODELS = {
  openai: ["gpt-4o", "gpt-4o-mini"],
  anthropic: ["claude-3-5-haiku"],
  google: ["gemini-2.0-flash"],
} as const;
const NONE = "00000000-0000-0000-0000-000000000000";

/** Calls of every kind through the ledger, and reports of the days before through the route. */
async function fill(): Promise<void> {
  const keys = [];
  for (const memberId of [world.one.members.developer.id, world.one.members.admin.id]) {
    for (const _ of [1, 2]) keys.push((await world.one.createVirtualKey({ memberId })).id);
  }
  let seed = 1;
  const draw = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  for (let at = 0; at < 60; at++) {
    const provider = (["openai", "anthropic", "google"] as const)[draw(3)] ?? "openai";
    await world.spend(world.one, {
      virtualKey: keys[draw(keys.length)] ?? "",
      provider,
      model: MODELS[provider][draw(MODELS[provider].length)] ?? "",
      simulated: draw(3) === 0,
      cost: BigInt(draw(5_000_000)),
      outcome: (["settled", "settled", "settled", "expired", "released"] as const)[draw(5)] ?? "settled",
      status: draw(4) === 0 ? 500 : 200,
      input: draw(1000),
      cacheRead: draw(1000),
      output: draw(1000),
    });
  }
  for (let day = 0; day < 6; day++) {
    const occurred_at = new Date(Date.now() - day * 86_400_000).toISOString();
    const body = {
      provider: "openai",
      model: "gpt-4o",
      occurred_at,
      usage: { input: 100 + day, cache_read: 7, output: 3 },
    };
    for (const role of ["developer", "owner"] as const) {
      const answer = await world.call("POST", USAGE, { as: { org: world.one, role }, body });
      assert.equal(answer.status, 201, answer.text);
    }
  }
}

interface Sums {
  requests: number;
  failed: number;
  input_tokens: number;
  cached_tokens: number;
  output_tokens: number;
  cost_nanousd: string;
}
type Row = Sums & { day?: string; id?: string };

const pick = ({ requests, failed, input_tokens, cached_tokens, output_tokens, cost_nanousd }: Sums): Sums => ({
  requests,
  failed,
  input_tokens,
  cached_tokens,
  output_tokens,
  cost_nanousd,
});

function add(rows: readonly Sums[]): Sums {
  const sum = (of: (row: Sums) => number): number => rows.reduce((total, row) => total + of(row), 0);
  return {
    requests: sum((row) => row.requests),
    failed: sum((row) => row.failed),
    input_tokens: sum((row) => row.input_tokens),
    cached_tokens: sum((row) => row.cached_tokens),
    output_tokens: sum((row) => row.output_tokens),
    cost_nanousd: rows.reduce((total, row) => total + BigInt(row.cost_nanousd), 0n).toString(),
  };
}

interface Event extends Sums {
  day: string;
  simulated: boolean;
  provider: string;
  model: string;
  member: string;
  virtual_key: string;
}

/** Every event that counts, straight from the table: what the sums must come to. */
async function everyEvent(): Promise<Event[]> {
  const { rows } = await world.one.arrange((sql) =>
    sql.query<Event>(
      `select to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD') as day, simulated, provider,
         coalesce(model_served, model_requested) as model, member_id as member, coalesce(virtual_key_id, $2) as virtual_key,
         1 as requests, case when source = 'gateway' and status not between 200 and 299 then 1 else 0 end as failed,
         (input + audio_in + image_in + cache_write_5m + cache_write_1h)::int as input_tokens, cache_read::int as cached_tokens,
         (output + reasoning + audio_out)::int as output_tokens, cost_nanousd::text
       from events where org_id = $1 and outcome <> 'released'`,
      [world.one.orgId, NONE],
    ),
  );
  return rows;
}

for (const simulated of [false, true]) {
  for (const by of DIMENSIONS) {
    test(`${simulated ? "simulated" : "real"} sums by ${by} are the sums of the events, in all, per day and per group`, async () => {
      const events = (await everyEvent()).filter((event) => event.simulated === simulated);
      assert.ok(events.length > 5, "there is something to sum up");
      const { body } = await world.call("GET", `${USAGE}/summary?by=${by}&simulated=${simulated}`);
      assert.deepEqual([body.by, body.simulated], [by, simulated]);
      assert.deepEqual(pick(body.total), add(events));
      const check = (rows: readonly Row[], named: (event: Event) => string, of: (row: Row) => string): void => {
        const expected = new Map(
          events.map((event) => [named(event), events.filter((e) => named(e) === named(event))]),
        );
        assert.deepEqual(rows.map(of).sort(), [...expected.keys()].sort());
        for (const row of rows) assert.deepEqual(pick(row), add(expected.get(of(row)) ?? []), of(row));
      };
      check(
        body.days,
        (event) => event.day,
        (row) => row.day ?? "",
      );
      check(
        body.groups,
        (event) => event[by],
        (row) => row.id ?? "",
      );
      check(
        body.group_days,
        (event) => `${event.day} ${event[by]}`,
        (row) => `${row.day} ${row.id}`,
      );
    });
  }
}

test("the sums of a developer are those of their own events", async () => {
  const mine = world.one.members.developer.id;
  const events = (await everyEvent()).filter((event) => !event.simulated && event.member === mine);
  const { body } = await world.call("GET", `${USAGE}/summary?by=virtual_key`, {
    as: { org: world.one, role: "developer" },
  });
  assert.deepEqual(pick(body.total), add(events));
  assert.deepEqual(pick(add(body.groups)), add(events));
});

test("days before the first are left out, and today is the last", async () => {
  const events = (await everyEvent()).filter((event) => !event.simulated);
  const { body } = await world.call("GET", `${USAGE}/summary?days=1`);
  const today = body.until.slice(0, 10);
  assert.equal(body.since, `${today}T00:00:00.000Z`);
  assert.deepEqual(pick(body.total), add(events.filter(({ day }) => day === today)));
  const three = (await world.call("GET", `${USAGE}/summary?days=3`)).body;
  const first = three.since.slice(0, 10);
  assert.deepEqual(pick(three.total), add(events.filter(({ day }) => day >= first)));
  assert.equal(three.days.length, 3);
});

test("a person reads names, and what nobody named is said in words", async () => {
  const named = async (by: string): Promise<Map<string, string>> => {
    const { body } = await world.call("GET", `${USAGE}/summary?by=${by}`);
    return new Map(body.groups.map(({ id, name }: { id: string; name: string }) => [id, name]));
  };
  assert.equal((await named("member")).get(world.one.members.developer.id), "Developer Person");
  assert.equal((await named("virtual_key")).get(NONE), "Reported usage");
  assert.equal((await named("provider")).get("openai"), "openai");
});

test("an organisation that spent nothing has sums of nothing", async () => {
  const { body } = await world.call("GET", `${USAGE}/summary?by=member`, { as: { org: world.two, role: "owner" } });
  assert.deepEqual([body.total.requests, body.total.cost_usd, body.groups, body.days], [0, "0", [], []]);
});

test("beyond the hundred dearest groups the rest stands as one, and nothing is lost", async () => {
  const org = await world.db.createOrganisation("Many");
  await org.arrange((sql) =>
    sql.query(
      `insert into usage_hourly (org_id, hour, simulated, source, provider, model, member_id, virtual_key_id, requests,
         failed, input_tokens, cached_tokens, output_tokens, cost_nanousd)
       select $1, date_trunc('hour', now()), false, 'gateway', 'openai', 'model-' || i, $2, $3, 1, 0, 1, 0, 1, i
       from generate_series(1, 130) as i`,
      [org.orgId, org.members.owner.id, randomUUID()],
    ),
  );
  const auth = await world.tokenFor(org, "owner");
  const { body } = await world.call("GET", `${USAGE}/summary?by=model`, { as: null, headers: { authorization: auth } });
  assert.equal(body.groups.length, 101);
  const rest = body.groups.find(({ id }: { id: string | null }) => id === null);
  assert.deepEqual([rest.name, rest.requests, rest.cost_nanousd], ["Others", 30, String((30 * 31) / 2)]);
  for (const rows of [body.groups, body.days, body.group_days]) assert.deepEqual(add(rows), pick(body.total));
});
