import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answer } from "./support/answer.ts";
import { fixture, freshEmail, freshPassword, ORIGIN, person, type Fixture } from "./support/fixture.ts";

let it: Fixture;
before(async () => {
  it = await fixture();
});
after(() => it.database.close());

test("a forgotten password is replaced by a link that works once, and every session ends", async () => {
  const { id, email, password } = await person(it.identity);
  const signedIn = it.browse();
  await signedIn.post("/sign-in/email", { email, password });
  const browser = it.browse();
  assert.equal((await browser.post("/request-password-reset", { email })).status, 200);
  const token = await it.nextMail("reset-password");

  const newPassword = freshPassword();
  assert.equal((await browser.post("/reset-password", { token, newPassword })).status, 200);
  assert.deepEqual(await it.identity.listSessionsOf(id), []);
  assert.equal(await (await signedIn.get("/get-session")).json(), null);
  assert.equal((await browser.post("/sign-in/email", { email, password })).status, 401);
  assert.equal((await browser.post("/sign-in/email", { email, password: newPassword })).status, 200);

  const again = await browser.post("/reset-password", { token, newPassword: freshPassword() });
  assert.equal(again.status, 400);
  assert.equal((await answer(again)).code, "token_invalid");
});

test("asking for a link is answered alike for everybody, and mail goes to members of the house alone", async () => {
  const { email } = await person(it.identity);
  const stranger = await it.browse().post("/request-password-reset", { email: freshEmail() });
  const known = await it.browse().post("/request-password-reset", { email });
  assert.equal(stranger.status, known.status);
  assert.equal(await stranger.text(), await known.text());
  await it.nextMail("reset-password");
  assert.deepEqual(it.mails, []);
});

test("the link leads to this installation, with the token where no server sees it", async () => {
  const { email } = await person(it.identity);
  const mails: { link: string; to: string }[] = [];
  const sent = Promise.withResolvers<void>();
  const identity = await it.again({
    sendMail: async (mail) => {
      mails.push(mail);
      sent.resolve();
    },
  });
  await identity.handler(
    new Request(`${ORIGIN}/api/auth/request-password-reset`, {
      method: "POST",
      headers: {
        origin: ORIGIN,
        "content-type": "application/json",
        host: "evil.example.test",
        "x-forwarded-host": "evil.example.test",
      },
      body: JSON.stringify({ email }),
    }),
  );
  await sent.promise;
  const link = new URL(mails[0]?.link ?? "");
  assert.equal(link.origin + link.pathname + link.search, `${ORIGIN}/reset-password`);
  assert.match(link.hash, /^#token=.{20,}$/);
  assert.equal(mails[0]?.to, email);
});

test("a link is of no use after an hour, nor a guessed one", async () => {
  const { id, email } = await person(it.identity);
  await it.browse().post("/request-password-reset", { email });
  const token = await it.nextMail("reset-password");
  await it.database.pools.admin.query(
    `update auth.verification set "expiresAt" = now() - interval '1 second' where value = $1`,
    [id],
  );
  for (const guess of [token, "x".repeat(24), "reset-password:x"]) {
    const response = await it.browse().post("/reset-password", { token: guess, newPassword: freshPassword() });
    assert.equal(response.status, 400);
    assert.equal((await answer(response)).code, "token_invalid");
  }
  const lives = await it.database.pools.admin.query(
    `select extract(epoch from v."expiresAt" - v."createdAt")::integer as seconds from auth.verification v where value = $1`,
    [id],
  );
  for (const { seconds } of lives.rows) assert.ok(seconds <= 3600);
});

test("a password set by the server ends links that were sent before", async () => {
  const { id, email } = await person(it.identity);
  await it.browse().post("/request-password-reset", { email });
  const token = await it.nextMail("reset-password");
  await it.identity.setPassword(id, freshPassword());
  assert.equal((await it.browse().post("/reset-password", { token, newPassword: freshPassword() })).status, 400);
});

test("a weak new password is refused and the link stays good", async () => {
  const { email } = await person(it.identity);
  await it.browse().post("/request-password-reset", { email });
  const token = await it.nextMail("reset-password");
  for (const newPassword of ["short", "password1234", "123456789012"]) {
    const response = await it.browse().post("/reset-password", { token, newPassword });
    assert.equal(response.status, 400);
    assert.equal((await answer(response)).code, "password_refused");
  }
  assert.equal((await it.browse().post("/reset-password", { token, newPassword: freshPassword() })).status, 200);
});

test("a mail that cannot be sent changes no answer and is reported without its address", async () => {
  const { email } = await person(it.identity);
  const reported = Promise.withResolvers<unknown>();
  const identity = await it.again({
    sendMail: async () => Promise.reject(Object.assign(new Error(`no route to ${email}`), { code: "ECONNREFUSED" })),
    onFailure: (failure) => reported.resolve(failure),
  });
  const response = await identity.handler(
    new Request(`${ORIGIN}/api/auth/request-password-reset`, {
      method: "POST",
      headers: { origin: ORIGIN, "content-type": "application/json" },
      body: JSON.stringify({ email }),
    }),
  );
  assert.equal(response.status, 200);
  assert.deepEqual(await reported.promise, { event: "identity_mail_failure", name: "Error", code: "ECONNREFUSED" });
});

test("an address is verified by the link sent at sign-up", async () => {
  const email = freshEmail();
  const sent = Promise.withResolvers<string>();
  const identity = await it.again({
    permitSignUp: async () => true,
    sendMail: async (mail) => sent.resolve(decodeURIComponent(new URL(mail.link).hash.slice("#token=".length))),
  });
  const post = (path: string, body: object) =>
    identity.handler(
      new Request(`${ORIGIN}/api/auth${path}`, {
        method: "POST",
        headers: { origin: ORIGIN, "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    );
  await post("/sign-up/email", { email, password: freshPassword(), name: "Ada" });
  const token = await sent.promise;
  const verify = (text: string) =>
    identity.handler(new Request(`${ORIGIN}/api/auth/verify-email?token=${encodeURIComponent(text)}`));
  const forged = await verify(`${token.slice(0, -4)}AAAA`);
  assert.equal(forged.status, 400);
  assert.equal((await answer(forged)).code, "token_invalid");
  assert.equal((await identity.findUserByEmail(email))?.emailVerified, false);
  const response = await verify(token);
  assert.equal(response.status, 200);
  assert.deepEqual(response.headers.getSetCookie(), [], "verifying signs nobody in");
  assert.equal((await identity.findUserByEmail(email))?.emailVerified, true);
});
