import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { openWorld, type Who, type World } from "./support/world.ts";

const LIST = "/api/v1/budgets";
const ORGANISATION = "/api/v1/budgets/organisation";
const of = (memberId: string): string => `/api/v1/budgets/members/${memberId}`;

let world: World;
before(async () => {
  world = await openWorld();
});
beforeEach(async () => {
  world.audits.length = 0;
  world.auditBroken = false;
  await world.database.pools.admin.query("delete from meterr.budgets");
});
after(() => world.database.close());

async function items(who: Who): Promise<Record<string, unknown>[]> {
  const listed = await world.call("GET", LIST, who);
  assert.equal(listed.status, 200, JSON.stringify(listed.body));
  return listed.body["items"] as Record<string, unknown>[];
}

test("a budget is set, changed and taken away, exactly and on record", async () => {
  const { orgId, members } = world.north;
  const set = await world.call("PUT", ORGANISATION, "owner of North", { limit_usd: "500" });
  assert.equal(set.status, 200, JSON.stringify(set.body));
  assert.deepEqual(
    [set.body["scope"], set.body["member_id"], set.body["limit_nanousd"], set.body["spent_usd"]],
    ["organisation", null, "500000000000", "0"],
  );
  const member = await world.call("PUT", of(members.developer.id), "admin of North", { limit_usd: "0.000000001" });
  assert.equal(member.body["limit_nanousd"], "1");
  const changed = await world.call("PUT", of(members.developer.id), "admin of North", { limit_usd: "50" });
  assert.deepEqual([changed.body["id"], changed.body["limit_usd"]], [member.body["id"], "50"]);

  assert.deepEqual(
    (await items("viewer of North")).map((budget) => [budget["scope"], budget["member_id"], budget["limit_usd"]]),
    [
      ["organisation", null, "500"],
      ["member", members.developer.id, "50"],
    ],
  );
  assert.equal((await world.call("DELETE", of(members.developer.id), "owner of North")).status, 204);
  assert.equal((await world.call("DELETE", ORGANISATION, "owner of North")).status, 204);
  assert.deepEqual(await items("owner of North"), []);
  for (const path of [of(members.developer.id), ORGANISATION]) {
    const again = await world.call("DELETE", path, "owner of North");
    assert.deepEqual([again.status, again.body["code"]], [404, "not_found"]);
  }
  assert.deepEqual(
    world.audits.map(({ action, subject, details }) => [action, subject.id, details?.["from_nanousd"]]),
    [
      ["budget.changed", orgId, null],
      ["budget.changed", members.developer.id, null],
      ["budget.changed", members.developer.id, "1"],
      ["budget.removed", members.developer.id, "50000000000"],
      ["budget.removed", orgId, "500000000000"],
    ],
  );
});

test("all keys of a member share the member's budget, and all members the organisation's", async () => {
  const { developer, admin } = world.north.members;
  const [one, two, other] = await Promise.all([developer, developer, admin].map(({ id }) => world.liveKey(id)));
  assert.ok(one !== undefined && two !== undefined && other !== undefined);
  await world.call("PUT", of(developer.id), "owner of North", { limit_usd: "0.000001" });
  const first = await world.admit(one, 600);
  assert.equal(first.verdict, "ok");
  assert.equal((await world.admit(two, 600)).verdict, "budget_exceeded", "another key evades nothing");
  assert.equal((await world.admit(other, 600)).verdict, "ok", "another member is not bound by it");
  await world.settle(first.id, 500);
  const [budget] = await items("developer of North");
  assert.deepEqual([budget?.["spent_nanousd"], budget?.["reserved_nanousd"]], ["500", "0"]);

  await world.call("PUT", ORGANISATION, "owner of North", { limit_usd: "0.000000100" });
  assert.equal((await world.admit(other, 101)).verdict, "budget_exceeded");
  assert.equal((await world.admit(other, 100)).verdict, "ok");
});

test("a limit below what is spent refuses every further call, and a raised one lets them through", async () => {
  const { developer } = world.north.members;
  const key = await world.liveKey(developer.id);
  await world.call("PUT", of(developer.id), "owner of North", { limit_usd: "1" });
  const { id } = await world.admit(key, 1000);
  await world.settle(id, 1000);
  const lowered = await world.call("PUT", of(developer.id), "owner of North", { limit_usd: "0.0000005" });
  assert.deepEqual([lowered.body["limit_nanousd"], lowered.body["spent_nanousd"]], ["500", "1000"]);
  assert.equal((await world.admit(key, 1)).verdict, "budget_exceeded");
  await world.call("PUT", of(developer.id), "owner of North", { limit_usd: "0.0000011" });
  assert.equal((await world.admit(key, 100)).verdict, "ok");
});

test("a call under way settles although its budget was taken away, and a new budget starts at nothing spent", async () => {
  const { developer } = world.north.members;
  const key = await world.liveKey(developer.id);
  await world.call("PUT", of(developer.id), "owner of North", { limit_usd: "1" });
  const { id } = await world.admit(key, 1000);
  assert.equal((await world.call("DELETE", of(developer.id), "owner of North")).status, 204);
  await world.settle(id, 900);
  const { rows } = await world.database.pools.admin.query(
    "select outcome, cost_nanousd::text as cost from meterr.events where id = $1",
    [id],
  );
  assert.deepEqual(rows, [{ outcome: "settled", cost: "900" }]);
  const again = await world.call("PUT", of(developer.id), "owner of North", { limit_usd: "1" });
  assert.deepEqual([again.body["spent_nanousd"], again.body["reserved_nanousd"]], ["0", "0"]);
});

test("gateways are told whose keys to look at again", async () => {
  const { orgId, members } = world.north;
  const epoch = await world.database.pools.gateway.query<{ epoch: string }>(
    "select current_revocation_epoch() as epoch",
  );
  await world.call("PUT", of(members.developer.id), "owner of North", { limit_usd: "1" });
  await world.call("PUT", ORGANISATION, "owner of North", { limit_usd: "1" });
  await world.call("DELETE", ORGANISATION, "owner of North");
  const { rows } = await world.database.pools.gateway.query(
    "select kind, org_id, subject_id from revocations_since($1)",
    [epoch.rows[0]?.epoch],
  );
  assert.deepEqual(
    rows,
    [members.developer.id, orgId, orgId].map((subject_id) => ({ kind: "policy", org_id: orgId, subject_id })),
  );
});

test("a developer reads their own budget alone, and sets none", async () => {
  const { developer, admin } = world.north.members;
  await world.call("PUT", ORGANISATION, "owner of North", { limit_usd: "9" });
  for (const { id } of [developer, admin]) await world.call("PUT", of(id), "owner of North", { limit_usd: "5" });
  assert.deepEqual(
    (await items("developer of North")).map((budget) => budget["member_id"]),
    [developer.id],
  );
  for (const who of ["developer of North", "viewer of North"] as const) {
    for (const path of [ORGANISATION, of(developer.id)]) {
      assert.equal((await world.call("PUT", path, who, { limit_usd: "100" })).status, 403);
      assert.equal((await world.call("DELETE", path, who)).status, 403);
    }
  }
});

test("another organisation's member, a removed one and one who never was are not found", async () => {
  const removed = randomUUID();
  await world.north.arrange((sql) =>
    sql.query(
      `insert into members (org_id, id, user_id, email, name, role, removed_at)
       values ($1, $2, $3, 'gone@example.test', 'Gone', 'developer', now())`,
      [world.north.orgId, removed, randomUUID()],
    ),
  );
  await world.call("PUT", of(world.south.members.developer.id), "owner of South", { limit_usd: "5" });
  for (const id of [world.south.members.developer.id, removed, randomUUID()]) {
    const set = await world.call("PUT", of(id), "owner of North", { limit_usd: "1" });
    assert.deepEqual([set.status, set.body["code"]], [404, "not_found"]);
    assert.equal((await world.call("DELETE", of(id), "owner of North")).status, 404);
  }
  assert.equal((await items("owner of South")).length, 1);
  assert.deepEqual(await items("owner of North"), []);
});

test("the budget of a member who left is listed no more", async () => {
  const { viewer } = world.south.members;
  await world.call("PUT", of(viewer.id), "owner of South", { limit_usd: "5" });
  await world.south.arrange((sql) => sql.query("update members set removed_at = now() where id = $1", [viewer.id]));
  assert.deepEqual(await items("owner of South"), []);
});

test("what cannot be recorded is not done", async () => {
  await world.call("PUT", ORGANISATION, "owner of North", { limit_usd: "5" });
  world.auditBroken = true;
  assert.equal((await world.call("PUT", ORGANISATION, "owner of North", { limit_usd: "6" })).status, 500);
  assert.equal((await world.call("DELETE", ORGANISATION, "owner of North")).status, 500);
  world.auditBroken = false;
  assert.equal((await items("owner of North"))[0]?.["limit_usd"], "5");
});

test("a long list is read page by page, each budget once", async () => {
  const { owner, admin, developer, viewer } = world.north.members;
  await world.call("PUT", ORGANISATION, "owner of North", { limit_usd: "5" });
  for (const { id } of [owner, admin, developer, viewer]) {
    await world.call("PUT", of(id), "owner of North", { limit_usd: "5" });
  }
  for (const limit of [1, 2, 3]) {
    const seen: unknown[] = [];
    let cursor = "";
    do {
      const page = await world.call("GET", `${LIST}?limit=${limit}${cursor}`, "owner of North");
      seen.push(...(page.body["items"] as { member_id: unknown }[]).map(({ member_id }) => member_id));
      const next = page.body["next_cursor"] as string | null;
      cursor = next === null ? "" : `&cursor=${next}`;
    } while (cursor !== "");
    assert.deepEqual(seen, [null, ...[owner, admin, developer, viewer].map(({ id }) => id).toSorted()], `by ${limit}`);
  }
});

const INVALID: readonly unknown[] = [
  {},
  { limit_usd: 5 },
  { limit_usd: "-1" },
  { limit_usd: "1e3" },
  { limit_usd: "1000000.01" },
];
for (const body of [...INVALID, { limit_usd: "0.0000000001" }, { limit_usd: "1", spent_nanousd: "0" }]) {
  test(`${JSON.stringify(body)} is no budget`, async () => {
    const refused = await world.call("PUT", ORGANISATION, "owner of North", body);
    assert.deepEqual([refused.status, refused.body["code"]], [400, "invalid_input"]);
  });
}
