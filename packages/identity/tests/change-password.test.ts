import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import type { PasswordSet } from "../src/index.ts";
import { answer } from "./support/answer.ts";
import { browser, type Browser } from "./support/browser.ts";
import { fixture, freshPassword, ORIGIN, person, type Fixture } from "./support/fixture.ts";

const recorded: PasswordSet[] = [];
let unrecordable = false;
let it: Fixture;
before(async () => {
  it = await fixture({
    onPasswordSet: async (event) => {
      if (unrecordable) throw new Error("planted fault");
      recorded.push(event);
    },
  });
});
beforeEach(() => {
  recorded.length = 0;
  it.failures.length = 0;
  unrecordable = false;
});
after(() => it.database.close());

async function signedIn(email: string, password: string): Promise<Browser> {
  const here = it.browse();
  assert.equal((await here.post("/sign-in/email", { email, password })).status, 200);
  return here;
}

test("a changed password replaces the old one, ends every other session and goes on in this one", async () => {
  const { id, email, password } = await person(it.identity);
  const [here, elsewhere] = [await signedIn(email, password), await signedIn(email, password)];
  const before = here.cookieHeader();
  const newPassword = freshPassword();
  const changed = await here.post("/change-password", { currentPassword: password, newPassword });
  assert.equal(changed.status, 200);
  assert.deepEqual((await answer(changed)).fields, ["user"], "the new session's token is in the cookie alone");

  assert.equal((await answer(await here.get("/get-session"))).user?.email, email);
  assert.equal(await (await elsewhere.get("/get-session")).json(), null);
  const copied = browser((request) => it.identity.handler(request), ORIGIN);
  const [name = "", value = ""] = before.split("=");
  copied.cookies.set(name, value);
  assert.equal(await (await copied.get("/get-session")).json(), null, "not even this session's former cookie lives on");
  assert.equal((await it.identity.listSessionsOf(id)).length, 1);
  assert.equal((await it.browse().post("/sign-in/email", { email, password })).status, 401);
  await signedIn(email, newPassword);
  const [event] = recorded;
  assert.deepEqual([recorded.length, event?.how, event?.userId, event?.email], [1, "changed", id, email]);
  assert.equal(event?.requestId, changed.headers.get("x-request-id"));
  assert.equal(event?.address, "192.0.2.1");
});

test("without the current password, or without a session, nothing changes", async () => {
  const { id, email, password } = await person(it.identity);
  const here = await signedIn(email, password);
  await signedIn(email, password);
  const wrong = await here.post("/change-password", { currentPassword: freshPassword(), newPassword: freshPassword() });
  assert.deepEqual([wrong.status, (await answer(wrong)).code], [403, "password_invalid"]);
  const asked = { currentPassword: password, newPassword: freshPassword() };
  const stranger = await it.browse().post("/change-password", asked);
  assert.deepEqual([stranger.status, (await answer(stranger)).code], [401, "session_required"]);
  const keeping = await here.post("/change-password", { ...asked, revokeOtherSessions: false });
  assert.equal(keeping.status, 400, "whether other sessions end is not the client's to say");
  assert.equal((await it.identity.listSessionsOf(id)).length, 2);
  assert.deepEqual(recorded, []);
  await signedIn(email, password);
});

test("guesses at the current password are counted, and soon refused for a while", async () => {
  const { email, password } = await person(it.identity);
  const here = await signedIn(email, password);
  let status = 0;
  for (let tries = 0; tries < 20 && status !== 429; tries += 1) {
    const guess = { currentPassword: freshPassword(), newPassword: freshPassword() };
    ({ status } = await here.post("/change-password", guess));
  }
  assert.equal(status, 429);
});

test("a refused new password is told the one reason that applies", async () => {
  const { email, password } = await person(it.identity);
  const here = await signedIn(email, password);
  const reasons: readonly [string, RegExp][] = [
    ["short", /at least 12 characters/],
    ["password1234", /easily guessed/],
    [`${email}99`, /easily guessed/],
  ];
  for (const [newPassword, reason] of reasons) {
    const refused = await here.post("/change-password", { currentPassword: password, newPassword });
    assert.equal(refused.status, 400);
    const body = JSON.parse(await refused.text()) as { code: string; detail: string };
    assert.equal(body.code, "password_refused");
    assert.match(body.detail, reason);
    assert.equal(/at least.*easily|easily.*at least/.test(body.detail), false, "one reason alone");
  }
});

test("a change that cannot be recorded is reported, and is one all the same", async () => {
  const { email, password } = await person(it.identity);
  const here = await signedIn(email, password);
  unrecordable = true;
  const newPassword = freshPassword();
  assert.equal((await here.post("/change-password", { currentPassword: password, newPassword })).status, 200);
  assert.deepEqual(it.failures, [{ event: "password_set_unrecorded", name: "Error", code: null }]);
  await signedIn(email, newPassword);
});
