import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answer } from "./support/answer.ts";
import { fixture, freshPassword, person, type Fixture } from "./support/fixture.ts";
import { secretOf, totp } from "./support/totp.ts";

let it: Fixture;
before(async () => {
  it = await fixture();
});
after(() => it.database.close());

async function enrolled() {
  const someone = await person(it.identity);
  const browser = it.browse();
  await browser.post("/sign-in/email", { email: someone.email, password: someone.password });
  const enabled = await answer(await browser.post("/two-factor/enable", { password: someone.password }));
  const secret = secretOf(enabled.totpURI);
  const confirmed = await browser.post("/two-factor/verify-totp", { code: totp(secret) });
  assert.equal(confirmed.status, 200);
  return {
    ...someone,
    browser,
    secret,
    uri: enabled.totpURI,
    backupCodes: enabled.backupCodes,
    confirmed,
  };
}

function wrong(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, "0");
}

test("with a second factor the password alone gives no session, and the code completes it", async () => {
  const { id, email, password, secret, uri, confirmed } = await enrolled();
  assert.match(uri, /^otpauth:\/\/totp\/Meterr/);
  assert.deepEqual((await answer(confirmed)).fields, ["user"], "no token in the body");
  await it.identity.revokeSessionsOf(id);

  const browser = it.browse();
  const first = await browser.post("/sign-in/email", { email, password });
  assert.deepEqual(await first.json(), { twoFactorRedirect: true, twoFactorMethods: ["totp"] });
  assert.equal(browser.cookies.has(it.identity.sessionCookie), false);
  assert.equal(
    first.headers.getSetCookie().some((line) => /session_token=[^;]/.test(line)),
    false,
    "not even in passing",
  );
  assert.deepEqual(await it.identity.listSessionsOf(id), []);

  const mistyped = await browser.post("/two-factor/verify-totp", { code: wrong(totp(secret)) });
  assert.equal(mistyped.status, 401);
  assert.equal((await answer(mistyped)).code, "two_factor_invalid");
  const second = await browser.post("/two-factor/verify-totp", { code: totp(secret) });
  assert.equal(second.status, 200);
  assert.deepEqual((await answer(second)).fields, ["user"]);
  assert.equal((await it.identity.listSessionsOf(id)).length, 1);
  assert.equal((await answer(await browser.get("/get-session"))).user?.twoFactorEnabled, true);
});

test("the server's own sign-in does not pass over the second factor", async () => {
  const { id, email, password } = await enrolled();
  await it.identity.revokeSessionsOf(id);
  await assert.rejects(it.identity.signIn({ email, password, address: "192.0.2.3" }), { code: "two_factor_required" });
  assert.deepEqual(await it.identity.listSessionsOf(id), []);
});

test("until it is confirmed, a second factor is not asked for", async () => {
  const { email, password } = await person(it.identity);
  const browser = it.browse();
  await browser.post("/sign-in/email", { email, password });
  await browser.post("/two-factor/enable", { password });
  assert.ok((await answer(await it.browse().post("/sign-in/email", { email, password }))).user);
});

test("a backup code works once", async () => {
  const { email, password, backupCodes } = await enrolled();
  const code = backupCodes[0] ?? "";
  for (const expected of [200, 401]) {
    const browser = it.browse();
    await browser.post("/sign-in/email", { email, password });
    const response = await browser.post("/two-factor/verify-backup-code", { code });
    assert.equal(response.status, expected);
  }
});

test("five wrong codes end the attempt, even for the right code after them", async () => {
  const { email, password, secret } = await enrolled();
  const browser = it.browse("192.0.2.50");
  await browser.post("/sign-in/email", { email, password });
  for (let i = 0; i < 5; i++) {
    assert.equal((await browser.post("/two-factor/verify-totp", { code: wrong(totp(secret)) })).status, 401);
  }
  const sixth = await browser.post("/two-factor/verify-totp", { code: totp(secret) });
  assert.equal(sixth.status, 429);
  assert.ok(Number(sixth.headers.get("retry-after")) > 0);
});

test("ten wrong codes over several attempts lock the second factor for a while", async () => {
  const { email, password, secret } = await enrolled();
  for (let round = 0; round < 3; round++) {
    const browser = it.browse(`192.0.2.${60 + round}`);
    await browser.post("/sign-in/email", { email, password });
    for (let i = 0; i < 4; i++) await browser.post("/two-factor/verify-totp", { code: wrong(totp(secret)) });
  }
  const browser = it.browse("192.0.2.70");
  await browser.post("/sign-in/email", { email, password });
  assert.equal((await browser.post("/two-factor/verify-totp", { code: totp(secret) })).status, 429);
});

test("no code is taken without the password first", async () => {
  const { secret, backupCodes } = await enrolled();
  const browser = it.browse();
  const byTotp = await browser.post("/two-factor/verify-totp", { code: totp(secret) });
  assert.equal(byTotp.status, 401);
  assert.equal((await answer(byTotp)).code, "two_factor_expired");
  assert.equal((await browser.post("/two-factor/verify-backup-code", { code: backupCodes[0] })).status, 401);
});

for (const path of [
  "/two-factor/enable",
  "/two-factor/disable",
  "/two-factor/get-totp-uri",
  "/two-factor/generate-backup-codes",
]) {
  test(`${path} needs a session and the password`, async () => {
    const { email, password, browser } = path.endsWith("enable") ? { ...(await signedIn()) } : await enrolled();
    assert.ok(email);
    const stranger = await it.browse().post(path, { password });
    assert.equal(stranger.status, 401);
    assert.equal((await answer(stranger)).code, "session_required");
    const mistyped = await browser.post(path, { password: freshPassword() });
    assert.ok([400, 403].includes(mistyped.status), String(mistyped.status));
    assert.equal((await answer(mistyped)).code, "password_invalid");
    assert.equal((await browser.post(path, { password })).status, 200);
  });
}

async function signedIn() {
  const someone = await person(it.identity);
  const browser = it.browse();
  await browser.post("/sign-in/email", { email: someone.email, password: someone.password });
  return { ...someone, browser };
}

test("turning it off brings the password back alone", async () => {
  const { email, password, browser } = await enrolled();
  assert.equal((await browser.post("/two-factor/disable", { password })).status, 200);
  assert.ok((await answer(await it.browse().post("/sign-in/email", { email, password }))).user);
});
