import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { freshEmail, freshPassword, openWorld, printSetupToken, realLimiter, type World } from "./support/world.ts";

let world: World;
let setupToken: string;
before(async () => {
  world = await openWorld();
});
beforeEach(async () => {
  world.auditBroken = false;
  world.audits.length = 0;
  setupToken = await printSetupToken(world.database);
});
after(() => world.close());

function person(more: Record<string, unknown> = {}) {
  return {
    setup_token: setupToken,
    organisation: "Northwind",
    name: "Ada Owner",
    email: freshEmail(),
    password: freshPassword(),
    ...more,
  };
}

async function count(table: string): Promise<number> {
  const { rows } = await world.database.pools.admin.query<{ count: string }>(`select count(*) from ${table}`);
  return Number(rows[0]?.count);
}

async function state(): Promise<number[]> {
  return Promise.all(['auth."user"', "meterr.organisations", "meterr.members", "meterr.api_tokens"].map(count));
}

test("the one-time token makes organisation, first owner and operator token, and is then worth nothing", async () => {
  assert.deepEqual((await world.call("GET", "/api/v1/setup")).body, { open: true });
  const body = person({ operator_token: true });
  const made = await world.call("POST", "/api/v1/setup", { body });
  assert.equal(made.status, 201, made.text);
  const { organisation, member, api_token } = made.body as unknown as {
    organisation: { id: string; name: string };
    member: { id: string; role: string };
    api_token: string;
  };
  assert.equal(organisation.name, "Northwind");
  assert.equal(member.role, "owner");
  assert.deepEqual((await world.call("GET", "/api/v1/setup")).body, { open: false });

  const me = await world.call("GET", "/api/v1/me", { token: api_token });
  assert.equal(me.status, 200, me.text);
  assert.deepEqual(
    [me.body["organisation_id"], me.body["member_id"], me.body["role"]],
    [organisation.id, member.id, "owner"],
  );
  assert.ok((me.body["permissions"] as string[]).includes("members.assign_owner"));

  const cookie = await world.signIn(body.email, body.password);
  const signedIn = await world.call("GET", "/api/v1/me", { cookie });
  assert.equal((signedIn.body["principal"] as { kind: string }).kind, "session");
  assert.equal(signedIn.body["organisation_id"], organisation.id);

  for (const again of [body, person()]) {
    const refused = await world.call("POST", "/api/v1/setup", { body: again });
    assert.equal(refused.status, 409);
    assert.equal(refused.body["code"], "setup_completed");
  }
  assert.deepEqual(
    world.audits.map(({ action }) => action),
    ["setup.completed", "api_token.minted"],
  );
  assert.deepEqual(world.audits[0]?.actor, { kind: "setup_token", id: member.id, label: body.email });
  assert.equal(world.audits[0]?.tenantId, organisation.id);
});

test("who does not ask for an operator token, as a browser does not, gets none, and none is made", async () => {
  const before = await count("meterr.api_tokens");
  const made = await world.call("POST", "/api/v1/setup", { body: person() });
  assert.equal(made.status, 201, made.text);
  assert.equal(made.body["api_token"], null);
  assert.equal(await count("meterr.api_tokens"), before);
  assert.deepEqual(
    world.audits.map(({ action }) => action),
    ["setup.completed"],
  );
});

test("a wrong token is refused and leaves nothing", async () => {
  const before = await state();
  const refused = await world.call("POST", "/api/v1/setup", {
    body: person({ setup_token: randomBytes(32).toString("base64url") }),
  });
  assert.equal(refused.status, 401);
  assert.equal(refused.body["code"], "setup_token_invalid");
  assert.deepEqual(await state(), before);
});

test("of setups with one token at the same time exactly one wins, and no user is left over", async () => {
  const before = await state();
  const answers = await Promise.all(
    [1, 2, 3, 4].map(() => world.call("POST", "/api/v1/setup", { body: person({ operator_token: true }) })),
  );
  assert.deepEqual(answers.map(({ status }) => String(status)).sort(), ["201", "409", "409", "409"]);
  assert.deepEqual(
    await state(),
    before.map((rows) => rows + 1),
  );
});

test("of setups with one token and one address at the same time exactly one wins, and its owner can sign in", async () => {
  const body = person();
  const answers = await Promise.all([1, 2, 3].map(() => world.call("POST", "/api/v1/setup", { body })));
  assert.deepEqual(answers.map(({ status }) => String(status)).sort(), ["201", "409", "409"]);
  assert.ok(await world.signIn(body.email, body.password));
});

test("a setup that cannot be recorded leaves nothing, and can be repeated", async () => {
  const before = await state();
  world.auditBroken = true;
  const body = person();
  assert.equal((await world.call("POST", "/api/v1/setup", { body })).status, 500);
  assert.deepEqual(await state(), before);
  world.auditBroken = false;
  assert.equal((await world.call("POST", "/api/v1/setup", { body })).status, 201);
});

test("a user whom a killed setup left behind makes way for the same address", async () => {
  const body = person();
  await world.identity.createUser({ email: body.email, name: body.name, password: freshPassword() });
  assert.equal((await world.call("POST", "/api/v1/setup", { body })).status, 201);
  assert.ok(await world.signIn(body.email, body.password));
});

test("a user who is a member somewhere makes way for nobody", async () => {
  const body = person();
  const user = await world.identity.createUser({ email: body.email, name: body.name, password: freshPassword() });
  const other = await world.database.createOrganisation();
  await other.arrange((sql) =>
    sql.query("update members set user_id = $1 where id = $2", [user.id, other.members.viewer.id]),
  );
  const refused = await world.call("POST", "/api/v1/setup", { body });
  assert.equal(refused.status, 409);
  assert.equal(refused.body["code"], "email_taken");
  assert.notEqual(await world.identity.findUser(user.id), null);
});

test("a weak password is refused by its path and the one reason that applies, and neither token nor password is repeated", async () => {
  const weak = `password${"1".repeat(8)}`;
  const reasons: readonly [string, RegExp][] = [
    ["short", /^The password must have at least 12 characters\.$/],
    [weak, /^The password is too easily guessed/],
  ];
  for (const [password, reason] of reasons) {
    const refused = await world.call("POST", "/api/v1/setup", { body: person({ password }) });
    assert.equal(refused.status, 400);
    assert.equal(refused.body["code"], "password_refused");
    assert.deepEqual(refused.body["errors"], [{ path: "body.password" }]);
    assert.match(String(refused.body["detail"]), reason);
    for (const secret of [password, setupToken]) assert.equal(refused.text.includes(secret), false);
  }
});

const INVALID: readonly [string, Record<string, unknown>][] = [
  ["an unknown field", { role: "owner" }],
  ["no token", { setup_token: undefined }],
  ["a token of another form", { setup_token: "x" }],
  ["an address that is none", { email: "nobody" }],
  ["a name of control characters", { name: "a\u0007b" }],
  ["an endless password", { password: "x".repeat(129) }],
  ["a wish for an operator token that is no yes or no", { operator_token: "yes" }],
  ["a list", { organisation: ["Northwind"] }],
];
for (const [what, more] of INVALID) {
  test(`setup with ${what} is invalid input`, async () => {
    const refused = await world.call("POST", "/api/v1/setup", { body: person(more) });
    assert.equal(refused.status, 400, refused.text);
    assert.equal(refused.body["code"], "invalid_input");
  });
}

test("an address has ten tries at setup in five minutes", async () => {
  const on = world.mounted({ limiter: realLimiter() });
  const body = person({ setup_token: randomBytes(32).toString("base64url") });
  for (let i = 0; i < 10; i++) assert.equal((await world.call("POST", "/api/v1/setup", { body, on })).status, 401);
  const limited = await world.call("POST", "/api/v1/setup", { body, on });
  assert.equal(limited.status, 429);
  assert.ok(Number(limited.headers.get("retry-after")) > 200);
});

test("an identity that does not answer is 503 and leaves nothing", async () => {
  const before = await state();
  const lost = Object.assign(new Error("planted fault"), { code: "ECONNREFUSED" });
  const on = world.mounted({ users: { createUser: () => Promise.reject(lost) } });
  const refused = await world.call("POST", "/api/v1/setup", { body: person(), on });
  assert.equal(refused.status, 503);
  assert.deepEqual(await state(), before);
});
