import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { Caller, OrganisationFixture } from "@meterr/database/testing";
import { openWorld, USAGE, type World } from "./support/world.ts";

let world: World;
/** One event and one refusal for each member of each organisation; the event's id by the member's. */
const events = new Map<string, string>();
const refusals = new Map<string, string>();
before(async () => {
  world = await openWorld();
  for (const [at, org] of [world.one, world.two].entries()) {
    for (const [index, member] of Object.values(org.members).entries()) {
      const key = await org.createVirtualKey({ memberId: member.id });
      events.set(member.id, await world.spend(org, { virtualKey: key.id, cost: BigInt(10 ** index * (at + 1)) }));
      const id = randomUUID();
      await refuse(org, { id, virtual_key_id: key.id, member_id: member.id });
      refusals.set(member.id, id);
    }
  }
});
after(() => world.close());

async function refuse(org: OrganisationFixture, refusal: Record<string, string>): Promise<void> {
  const row = {
    ...refusal,
    occurred_at: new Date().toISOString(),
    simulated: false,
    provider: "openai",
    endpoint: "chat.completions",
    model: "gpt-4o",
    code: "budget_exceeded",
    status: 402,
    request_id: "req_test",
  };
  await world.db.pools.gateway.query("select ledger_note_refusals($1, $2)", [org.orgId, JSON.stringify([row])]);
}

const idsOf = async (path: string, as: Caller): Promise<string[]> => {
  const { status, body } = await world.call("GET", `${USAGE}/${path}`, { as });
  assert.equal(status, 200);
  return body.items.map((item: { id: string }) => item.id).sort();
};
const of = (kept: Map<string, string>, org: OrganisationFixture, role?: "developer"): string[] =>
  Object.values(org.members)
    .filter((member) => role === undefined || member.role === role)
    .map(({ id }) => kept.get(id) ?? "")
    .sort();

test("two organisations' calls, refusals and sums never mix", async () => {
  for (const [org, total] of [
    [world.one, "1111"],
    [world.two, "2222"],
  ] as const) {
    for (const role of ["owner", "admin", "viewer"] as const) {
      assert.deepEqual(await idsOf("events", { org, role }), of(events, org));
      assert.deepEqual(await idsOf("refusals", { org, role }), of(refusals, org));
      const { body } = await world.call("GET", `${USAGE}/summary?by=member`, { as: { org, role } });
      assert.equal(body.total.cost_nanousd, total);
      assert.deepEqual(
        body.groups.map((group: { id: string }) => group.id).sort(),
        Object.values(org.members)
          .map(({ id }) => id)
          .sort(),
      );
    }
  }
});

test("a developer sees their own calls, refusals and sums only", async () => {
  const as: Caller = { org: world.one, role: "developer" };
  assert.deepEqual(await idsOf("events", as), of(events, world.one, "developer"));
  assert.deepEqual(await idsOf("refusals", as), of(refusals, world.one, "developer"));
  for (const by of ["provider", "model", "member", "virtual_key"]) {
    const { body } = await world.call("GET", `${USAGE}/summary?by=${by}`, { as });
    assert.deepEqual([body.total.requests, body.total.cost_nanousd, body.groups.length], [1, "100", 1], by);
  }
});

test("naming another member or organisation's rows in a filter finds nothing", async () => {
  const developer: Caller = { org: world.one, role: "developer" };
  assert.deepEqual(await idsOf(`events?member_id=${world.one.members.owner.id}`, developer), []);
  const owner: Caller = { org: world.one, role: "owner" };
  assert.deepEqual(await idsOf(`events?member_id=${world.two.members.owner.id}`, owner), []);
  const { rows } = await world.two.arrange((sql) => sql.query<{ id: string }>("select id from virtual_keys"));
  for (const { id } of rows) {
    for (const list of ["events", "refusals"]) assert.deepEqual(await idsOf(`${list}?virtual_key_id=${id}`, owner), []);
  }
  assert.equal(rows.length, 4);
});

test("a cursor of another organisation's page shows nothing of it", async () => {
  const theirs = await world.call("GET", `${USAGE}/events?limit=1`, { as: { org: world.two, role: "owner" } });
  assert.ok(theirs.body.next_cursor);
  const mine = await idsOf(`events?cursor=${theirs.body.next_cursor}`, { org: world.one, role: "owner" });
  for (const id of mine) assert.ok(of(events, world.one).includes(id));
});

test("the dashboard's role can write no event or sum by itself", async () => {
  for (const text of [
    "insert into events default values",
    "update events set cost_nanousd = 0",
    "delete from events",
    "update usage_hourly set cost_nanousd = 0",
    "insert into refusals default values",
  ]) {
    await assert.rejects(world.db.pools.dashboard.query(text), { code: "42501" }, text);
  }
});
