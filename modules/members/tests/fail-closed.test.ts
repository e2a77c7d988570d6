import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { OrganisationFixture } from "@meterr/database/testing";
import { IdentityError, type IdentityErrorCode } from "@meterr/identity";
import { freshEmail, freshPassword, openWorld, printSetupToken, type World } from "./support/world.ts";

let world: World;
let organisation: OrganisationFixture;
let owner: string;
before(async () => {
  world = await openWorld();
  organisation = await world.database.createOrganisation();
  owner = await world.tokenOf(organisation, organisation.members.owner);
});
after(() => world.close());

async function invitation(email = freshEmail()): Promise<string> {
  const body = { email, name: "Grace", role: "viewer" };
  const invited = await world.call("POST", "/api/v1/members", { token: owner, body });
  return String(invited.body["invitation_token"]);
}

test("when the database does not answer, what is asked of it outside a tenant is 503 with Retry-After", async () => {
  const lost = Object.assign(new Error("planted fault"), { code: "ECONNREFUSED" });
  const on = world.mounted({ lookup: { query: () => Promise.reject(lost) } });
  const body = { token: await invitation(), password: freshPassword() };
  for (const answer of [
    await world.call("GET", "/api/v1/setup", { on }),
    await world.call("GET", "/api/v1/me", { on, token: owner }),
    await world.call("POST", "/api/v1/invitations/accept", { on, body }),
  ]) {
    assert.deepEqual([answer.status, answer.body["code"]], [503, "database_unavailable"]);
    assert.ok(Number(answer.headers.get("retry-after")) > 0);
    assert.equal(answer.text.includes("planted"), false);
  }
});

const SIGN_IN: readonly [IdentityErrorCode, number, string][] = [
  ["credentials_invalid", 401, "credential_invalid"],
  ["two_factor_required", 403, "two_factor_required"],
  ["sign_in_limited", 429, "rate_limited"],
  ["identity_unavailable", 503, "identity_unavailable"],
];
for (const [code, status, answered] of SIGN_IN) {
  test(`an invitation whose account answers ${code} is ${status} and stays open`, async () => {
    const made = { email: freshEmail(), password: freshPassword() };
    await world.identity.createUser({ ...made, name: "Ada" });
    const token = await invitation(made.email);
    const on = world.mounted({
      users: { signIn: () => Promise.reject(new IdentityError(code, { retryAfterSeconds: 7 })) },
    });
    const body = { token, password: made.password };
    const refused = await world.call("POST", "/api/v1/invitations/accept", { on, body });
    assert.deepEqual([refused.status, refused.body["code"]], [status, answered]);
    if (status === 429) assert.equal(refused.headers.get("retry-after"), "7");
    assert.equal((await world.call("POST", "/api/v1/invitations/accept", { body })).status, 201);
  });
}

const CREATE: readonly [IdentityErrorCode, number, string][] = [
  ["email_invalid", 400, "invalid_input"],
  ["name_invalid", 400, "invalid_input"],
  ["password_too_short", 400, "password_refused"],
  ["password_too_long", 400, "password_refused"],
  ["password_too_common", 400, "password_refused"],
  ["secret_too_short", 500, "internal_error"],
];
for (const [code, status, answered] of CREATE) {
  test(`setup whose user is refused with ${code} is ${status} and stays open`, async () => {
    const body = {
      setup_token: await printSetupToken(world.database),
      organisation: "Northwind",
      name: "Ada",
      email: freshEmail(),
      password: freshPassword(),
    };
    const on = world.mounted({ users: { createUser: () => Promise.reject(new IdentityError(code)) } });
    const refused = await world.call("POST", "/api/v1/setup", { on, body });
    assert.deepEqual([refused.status, refused.body["code"]], [status, answered]);
    assert.equal((await world.call("POST", "/api/v1/setup", { body })).status, 201);
  });
}

test("a write with a session cookie from another site is refused", async () => {
  const made = { email: freshEmail(), password: freshPassword() };
  await world.identity.createUser({ ...made, name: "Ada" });
  const cookie = await world.signIn(made.email, made.password);
  const body = { token: await invitation(made.email) };
  const headers = { origin: "https://evil.example.test" };
  const refused = await world.call("POST", "/api/v1/invitations/join", { cookie, headers, body });
  assert.deepEqual([refused.status, refused.body["code"]], [403, "cross_origin_refused"]);
});
