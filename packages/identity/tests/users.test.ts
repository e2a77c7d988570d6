import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { IdentityError } from "../src/index.ts";
import { fixture, freshEmail, freshPassword, ORIGIN, person, type Fixture } from "./support/fixture.ts";

let it: Fixture;
before(async () => {
  it = await fixture();
});
after(() => it.database.close());

test("a user is made with a password that signs in through the library", async () => {
  const email = freshEmail();
  const password = freshPassword();
  const made = await it.identity.createUser({ email: ` ${email.toUpperCase()} `, password, name: " Ada " });
  assert.deepEqual(made, { id: made.id, email, name: "Ada", emailVerified: false, twoFactorEnabled: false });
  assert.deepEqual(await it.identity.findUserByEmail(email.toUpperCase()), made);
  assert.deepEqual(await it.identity.findUser(made.id), made);
  assert.equal((await it.browse().post("/sign-in/email", { email, password })).status, 200);
});

test("nobody is found by an address or id that is not theirs", async () => {
  assert.equal(await it.identity.findUserByEmail(freshEmail()), null);
  assert.equal(await it.identity.findUser(randomUUID()), null);
  assert.equal(await it.identity.findUser("' or true --"), null);
  await assert.rejects(it.identity.setPassword("nobody", freshPassword()), { code: "user_not_found" });
  assert.equal(await it.identity.deleteUser("nobody"), false);
});

const REFUSED: readonly [string, { email?: string; password?: string; name?: string }, string][] = [
  ["no address", { email: "nobody" }, "email_invalid"],
  ["an endless address", { email: `${"x".repeat(320)}@example.test` }, "email_invalid"],
  ["no name", { name: "  " }, "name_invalid"],
  ["an endless name", { name: "x".repeat(121) }, "name_invalid"],
  ["a short password", { password: "x1x2x3x4x5x" }, "password_too_short"],
  ["an endless password", { password: "Ab3".repeat(43) }, "password_too_long"],
  ["a common password", { password: "Password2026!!" }, "password_too_common"],
];
for (const [what, part, code] of REFUSED) {
  test(`a user with ${what} is refused and not made`, async () => {
    const user = { email: freshEmail(), password: freshPassword(), name: "Ada", ...part };
    await assert.rejects(it.identity.createUser(user), (error) => {
      assert.ok(error instanceof IdentityError);
      assert.equal(error.code, code);
      for (const value of Object.values(part))
        if (value.trim() !== "") assert.equal(error.message.includes(value), false);
      return true;
    });
    assert.equal(await it.identity.findUserByEmail(user.email), null);
  });
}

test("of two users made with one address at once, exactly one is made, and has its password", async () => {
  const email = freshEmail();
  const results = await Promise.allSettled(
    [1, 2, 3].map(() => it.identity.createUser({ email, password: freshPassword(), name: "Ada" })),
  );
  assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
  for (const result of results) if (result.status === "rejected") assert.equal(result.reason.code, "email_taken");
  const { rowCount } = await it.database.pools.admin.query(
    `select from auth.account a join auth."user" u on u.id = a."userId" where u.email = $1`,
    [email],
  );
  assert.equal(rowCount, 1);
});

test("a password set anew replaces the old one and ends every session", async () => {
  const { id, email, password } = await person(it.identity);
  const browser = it.browse();
  await browser.post("/sign-in/email", { email, password });
  const next = freshPassword();
  await it.identity.setPassword(id, next);
  assert.equal(await (await browser.get("/get-session")).json(), null);
  assert.equal((await it.browse().post("/sign-in/email", { email, password })).status, 401);
  assert.equal((await it.browse().post("/sign-in/email", { email, password: next })).status, 200);
  await assert.rejects(it.identity.setPassword(id, "password1234"), { code: "password_too_common" });
});

test("a removed user leaves nothing behind and is nobody at once", async () => {
  const { id, email, password } = await person(it.identity);
  const browser = it.browse();
  await browser.post("/sign-in/email", { email, password });
  await browser.post("/two-factor/enable", { password });
  assert.equal(await it.identity.deleteUser(id), true);
  const session = await it.identity.sessionOf(new Request(ORIGIN, { headers: { cookie: browser.cookieHeader() } }));
  assert.equal(session, null);
  for (const table of ["session", "account", `"twoFactor"`]) {
    const { rowCount } = await it.database.pools.admin.query(`select from auth.${table} where "userId" = $1`, [id]);
    assert.equal(rowCount, 0, table);
  }
  assert.equal((await it.browse().post("/sign-in/email", { email, password })).status, 401);
});

test("an error says whether to try again", () => {
  assert.equal(new IdentityError("sign_in_limited", { retryAfterSeconds: 3 }).retryable, true);
  assert.equal(new IdentityError("credentials_invalid").retryable, false);
});
