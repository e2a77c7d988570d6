import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { compose, makeOrganisation, ORIGIN, signedIn, type Composed, type Organisation } from "./support/composed.ts";

let world: Composed;
before(async () => {
  world = await compose();
});
after(() => world?.close());

function post(path: string, body: unknown, cookie = ""): Promise<Response> {
  return world.dashboard.identity.handler(
    new Request(`${ORIGIN}/api/auth${path}`, {
      method: "POST",
      headers: { origin: ORIGIN, "content-type": "application/json", cookie },
      body: JSON.stringify(body),
    }),
  );
}

const fresh = (): string => randomBytes(18).toString("base64url");

async function lastEntry({ orgId }: Organisation): Promise<Record<string, unknown> | undefined> {
  const { rows } = await world.database.pools.admin.query(
    `select action, actor_kind, actor_label, subject_type, request_id, address from meterr.audit_log_entries
     where org_id = $1 order by seq desc limit 1`,
    [orgId],
  );
  return rows[0];
}

test("a changed password stands in the log of every organisation of the person, and of no other", async () => {
  const person = await signedIn(world.dashboard.identity, "Mary");
  const mine = [await makeOrganisation(world.database, person), await makeOrganisation(world.database, person)];
  const theirs = await world.organisation();
  const asked = { currentPassword: person.password, newPassword: fresh() };
  const changed = await post("/change-password", asked, person.cookie);
  assert.equal(changed.status, 200);
  for (const organisation of mine) {
    const entry = await lastEntry(organisation);
    assert.equal(entry?.["action"], "member.password_changed");
    assert.deepEqual([entry["actor_kind"], entry["actor_label"]], ["session", person.email]);
    assert.equal(entry["request_id"], changed.headers.get("x-request-id"));
    assert.match(String(entry["address"]), /^10\./);
  }
  assert.equal(await lastEntry(theirs), undefined);
});

test("a link that was used stands in the log as used", async () => {
  const person = await signedIn(world.dashboard.identity, "Kay");
  const organisation = await makeOrganisation(world.database, person);
  const { link } = await world.dashboard.identity.issueResetLink(person.email);
  const token = new URL(link).hash.slice("#token=".length);
  assert.equal((await post("/reset-password", { token, newPassword: fresh() })).status, 200);
  const entry = await lastEntry(organisation);
  assert.deepEqual([entry?.["action"], entry?.["actor_kind"]], ["member.password_reset", "reset_link"]);
  const mine = new Request(`${ORIGIN}/api/v1/me`, { headers: { cookie: person.cookie } });
  assert.equal((await world.send(mine)).status, 401, "the session from before has ended");
});
