import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { compose, type Answer, type Composed, type Organisation } from "./support/composed.ts";
import { bearer, newSecret, requestOf } from "./support/route-cases.ts";

let world: Composed;
let organisation: Organisation;
before(async () => {
  world = await compose();
  organisation = await world.organisation();
});
after(() => world?.close());

function ask(
  role: "owner" | "developer",
  method: string,
  path: string,
  body?: Record<string, unknown>,
): Promise<Answer> {
  const target = { path: `/api/v1${path}`, ...(body === undefined ? {} : { body }) };
  return world.send(requestOf(method, target, bearer(organisation.tokens[role])));
}

test("a developer mints a live key once somebody has given them a budget, and no more once it is taken away", async () => {
  const live = { name: "mine", mode: "live" };
  assert.equal((await ask("owner", "POST", "/provider-secrets", newSecret())).status, 201);
  const before = await ask("developer", "POST", "/virtual-keys", live);
  assert.deepEqual([before.status, before.code], [403, "allowance_missing"]);

  const budget = `/budgets/members/${organisation.members.developer.id}`;
  assert.equal((await ask("developer", "PUT", budget, { limit_usd: "50" })).status, 403, "nobody gives themselves one");
  assert.equal((await ask("owner", "PUT", budget, { limit_usd: "50" })).status, 200);
  const minted = await ask("developer", "POST", "/virtual-keys", live);
  assert.equal(minted.status, 201, minted.text);
  assert.match(String(minted.body["key"]), /^mtr_live_/);
  const seen = await ask("developer", "GET", "/budgets");
  assert.equal((seen.body["items"] as unknown[]).length, 1);

  assert.equal((await ask("owner", "DELETE", budget)).status, 204);
  assert.equal((await ask("developer", "POST", "/virtual-keys", live)).status, 403);
});
