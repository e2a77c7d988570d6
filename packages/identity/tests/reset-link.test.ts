import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { IdentityError, type Identity, type PasswordSet } from "../src/index.ts";
import { answer } from "./support/answer.ts";
import { browser, type Browser } from "./support/browser.ts";
import { fixture, freshEmail, freshPassword, ORIGIN, person, type Fixture } from "./support/fixture.ts";

const recorded: PasswordSet[] = [];
let it: Fixture;
/** As a machine without mail has it. */
let identity: Identity;
before(async () => {
  it = await fixture();
  const { sendMail: _none, ...rest } = {
    sendMail: undefined,
    onPasswordSet: async (e: PasswordSet) => void recorded.push(e),
  };
  identity = await it.again(rest);
});
after(() => it.database.close());

function browse(): Browser {
  return browser((request) => identity.handler(request), ORIGIN);
}

async function tokenFor(email: string): Promise<string> {
  const { link } = await identity.issueResetLink(email);
  const url = new URL(link);
  assert.equal(url.origin + url.pathname + url.search, `${ORIGIN}/reset-password`);
  return url.hash.slice("#token=".length);
}

test("a link of the operator sets a password once, ends every session, and is recorded", async () => {
  recorded.length = 0;
  const { id, email, password } = await person(identity);
  const signedIn = browse();
  await signedIn.post("/sign-in/email", { email, password });
  const token = await tokenFor(email);
  assert.equal((await identity.listSessionsOf(id)).length, 1, "issuing ends nothing yet");

  const newPassword = freshPassword();
  const used = await browse().post("/reset-password", { token, newPassword });
  assert.equal(used.status, 200);
  assert.deepEqual(used.headers.getSetCookie(), [], "a link signs nobody in");
  assert.deepEqual(await identity.listSessionsOf(id), []);
  assert.equal((await browse().post("/sign-in/email", { email, password })).status, 401);
  assert.equal((await browse().post("/sign-in/email", { email, password: newPassword })).status, 200);
  assert.deepEqual(recorded, [
    { how: "link", userId: id, email, requestId: used.headers.get("x-request-id"), address: "192.0.2.1" },
  ]);
  const again = await browse().post("/reset-password", { token, newPassword: freshPassword() });
  assert.deepEqual([again.status, (await answer(again)).code], [400, "token_invalid"]);
});

test("of uses of one link at the same time exactly one sets the password", async () => {
  const { email } = await person(identity);
  const token = await tokenFor(email);
  const uses = [1, 2, 3].map(() => browse().post("/reset-password", { token, newPassword: freshPassword() }));
  const answers = await Promise.all(uses);
  assert.deepEqual(answers.map(({ status }) => String(status)).sort(), ["200", "400", "400"]);
});

test("a link lives a quarter of an hour, and only its hash is kept", async () => {
  const { id, email } = await person(identity);
  const { link, expiresAt } = await identity.issueResetLink(email);
  const token = new URL(link).hash.slice("#token=".length);
  const life = expiresAt.getTime() - it.now().getTime();
  assert.ok(life > 14 * 60_000 && life <= 15 * 60_000, String(life));
  const { rows } = await it.database.pools.admin.query<{ whole: string; until: Date }>(
    `select row_to_json(v)::text as whole, "expiresAt" as until from auth.verification v where value = $1`,
    [id],
  );
  assert.equal(rows.length, 1);
  assert.deepEqual(rows[0]?.until, expiresAt);
  assert.equal(rows[0]?.whole.includes(token), false);
  await it.database.pools.admin.query(
    `update auth.verification set "expiresAt" = now() - interval '1 second' where value = $1`,
    [id],
  );
  assert.equal((await browse().post("/reset-password", { token, newPassword: freshPassword() })).status, 400);
});

test("a newer link ends the earlier one, and a changed password ends them all", async () => {
  const { email, password } = await person(identity);
  const first = await tokenFor(email);
  const second = await tokenFor(email);
  assert.equal((await browse().post("/reset-password", { token: first, newPassword: freshPassword() })).status, 400);
  const here = browse();
  await here.post("/sign-in/email", { email, password });
  const change = { currentPassword: password, newPassword: freshPassword() };
  assert.equal((await here.post("/change-password", change)).status, 200);
  assert.equal((await browse().post("/reset-password", { token: second, newPassword: freshPassword() })).status, 400);
});

test("there is no link for an address nobody has", async () => {
  await assert.rejects(identity.issueResetLink(freshEmail()), (error) => {
    assert.ok(error instanceof IdentityError);
    return error.code === "user_not_found";
  });
});
