import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { Caller } from "@meterr/database/testing";
import { KEYS, openWorld, type World } from "./support/world.ts";

let world: World;
before(async () => void (world = await openWorld()));
after(() => world.close());

const live = { name: "mine", mode: "live", limit_usd: "1" };

test("a developer without a budget mints no live key, so no limit is evaded by minting another key", async () => {
  await world.addSecret(world.one, "openai");
  const developer: Caller = { org: world.one, role: "developer" };
  const kept = await world.dump();
  const refused = await world.call("POST", KEYS, { as: developer, body: live });
  assert.deepEqual([refused.status, refused.body.code], [403, "allowance_missing"]);
  assert.equal(await world.dump(), kept);
  assert.equal((await world.call("POST", KEYS, { as: developer, body: { ...live, mode: "test" } })).status, 201);
});

test("a developer mints live keys inside the budget they were given, and another member's budget is not theirs", async () => {
  const { orgId, members } = world.one;
  const give = (memberId: string): Promise<unknown> =>
    world.one.arrange((sql) =>
      sql.query(
        "insert into budgets (org_id, id, scope, scope_id, limit_nanousd) values ($1, $2, 'member', $3, 1000000000)",
        [orgId, randomUUID(), memberId],
      ),
    );
  const developer: Caller = { org: world.one, role: "developer" };
  await give(members.admin.id);
  assert.equal((await world.call("POST", KEYS, { as: developer, body: live })).status, 403);
  await give(members.developer.id);
  assert.equal((await world.call("POST", KEYS, { as: developer, body: live })).status, 201);
});

test("an owner and an admin mint live keys, for a developer too", async () => {
  for (const role of ["owner", "admin"] as const) {
    const body = { ...live, member_id: world.one.members.developer.id };
    assert.equal((await world.call("POST", KEYS, { as: { org: world.one, role }, body })).status, 201);
  }
});
