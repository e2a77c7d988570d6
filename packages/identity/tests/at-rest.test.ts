import assert from "node:assert/strict";
import { createHash, createHmac, scryptSync } from "node:crypto";
import { after, before, test } from "node:test";
import { createIdentity } from "../src/index.ts";
import { answer } from "./support/answer.ts";
import { fixture, freshPassword, ORIGIN, person, type Fixture } from "./support/fixture.ts";
import { secretOf, totp } from "./support/totp.ts";

let it: Fixture;
before(async () => {
  it = await fixture();
});
after(() => it.database.close());

/** Everything in the schema, as text. */
async function dump(): Promise<string> {
  const { admin } = it.database.pools;
  const tables = await admin.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'auth'`,
  );
  assert.ok(tables.rows.length >= 7);
  const rows = [];
  for (const { name } of tables.rows) {
    const { rows: found } = await admin.query(`select coalesce(json_agg(t), '[]')::text as text from ${name} t`);
    rows.push(`${name} ${found[0].text}`);
  }
  return rows.join("\n");
}

/** A text in the shapes in which it might have been written down. */
function shapes(text: string): string[] {
  const bytes = Buffer.from(text);
  return [text, encodeURIComponent(text), bytes.toString("hex"), bytes.toString("base64"), bytes.toString("base64url")];
}

test("a dump holds no session token, password, second factor, backup code, reset link or private signing key", async () => {
  const { email, password } = await person(it.identity);
  const browser = it.browse();
  await browser.post("/sign-in/email", { email, password });
  const enabled = await answer(await browser.post("/two-factor/enable", { password }));
  await browser.post("/two-factor/verify-totp", { code: totp(secretOf(enabled.totpURI)) });
  await browser.get("/token");
  await it.browse().post("/request-password-reset", { email });
  const resetToken = await it.nextMail("reset-password");
  const pending = it.browse();
  await pending.post("/sign-in/email", { email, password });
  const challenge = decodeURIComponent(pending.cookies.get("meterr.two_factor") ?? "").split(".")[0] ?? "";
  const sessionToken = decodeURIComponent(browser.cookies.get(it.identity.sessionCookie) ?? "").split(".")[0] ?? "";
  assert.equal(sessionToken.length, 32);
  assert.ok(challenge.length > 10);

  const text = await dump();
  assert.ok(text.includes(email), "the dump does hold the rows");
  assert.ok(
    text.includes(createHash("sha256").update(sessionToken).digest("base64url")),
    "the hash of the token is there",
  );
  const base32 = new URL(enabled.totpURI).searchParams.get("secret") ?? "";
  const secrets = {
    sessionToken,
    password,
    resetToken,
    challenge,
    base32,
    totp: secretOf(enabled.totpURI).toString("latin1"),
    secret: it.secret,
  };
  for (const [name, secret] of Object.entries(secrets)) {
    assert.ok(secret.length >= 16, name);
    for (const shape of shapes(secret)) assert.equal(text.includes(shape), false, `${name} in the dump`);
  }
  assert.equal(enabled.backupCodes.length, 10);
  for (const code of enabled.backupCodes) assert.equal(text.includes(code), false, "a backup code in the dump");
  const { rows } = await it.database.pools.admin.query<{ privateKey: string }>(`select "privateKey" from auth.jwks`);
  assert.equal(rows.length, 1);
  assert.doesNotMatch(rows[0]?.privateKey ?? "", /"d"|kty|Ed25519/);
});

test("knowing a row's hash signs nobody in", async () => {
  const { email, password } = await person(it.identity);
  const browser = it.browse();
  await browser.post("/sign-in/email", { email, password });
  const { rows } = await it.database.pools.admin.query<{ token: string }>(
    `select token from auth.session order by "createdAt" desc limit 1`,
  );
  const hash = rows[0]?.token ?? "";
  // Even with the secret that signs cookies, the hash is not a token.
  const signature = createHmac("sha256", it.secret).update(hash).digest("base64");
  const thief = it.browse();
  thief.cookies.set(it.identity.sessionCookie, encodeURIComponent(`${hash}.${signature}`));
  assert.equal(await (await thief.get("/get-session")).json(), null);
});

const CLEAR = [
  [`update auth.session set token = repeat('a', 32)`, "session token"],
  [`update auth.account set password = 'a password in clear'`, "password"],
  [`update auth.verification set identifier = 'reset-password:abcdefghijklmnopqrstuvwx'`, "reset token"],
  [`update auth.jwks set "privateKey" = '{"kty":"OKP","d":"x"}'`, "private signing key"],
  [
    `update auth.jwks set "privateKey" = '"{\\"kty\\":\\"OKP\\",\\"d\\":\\"x\\"}"'`,
    "private signing key as a JSON string",
  ],
] as const;

for (const [statement, what] of CLEAR) {
  test(`the database itself refuses a ${what} in clear`, async () => {
    await assert.rejects(it.database.pools.identity.query(statement), { code: "23514" });
  });
}

test("the identity's role owns nothing and may make nothing", async () => {
  const { admin, identity } = it.database.pools;
  const owned = await admin.query(`select from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'auth' and c.relowner = 'meterr_identity'::regrole`);
  assert.equal(owned.rowCount, 0);
  await assert.rejects(identity.query(`create table auth.more (id integer)`), { code: "42501" });
  await assert.rejects(identity.query(`alter table auth."user" add column more text`), { code: "42501" });
  await assert.rejects(identity.query(`select from meterr.members`), { code: "42501" });
});

for (const role of ["dashboard", "gateway", "worker"] as const) {
  test(`the ${role}'s role cannot read users or sessions`, async () => {
    for (const table of ["user", "session", "account", "verification", "jwks", "twoFactor", "sign_in_attempts"]) {
      await assert.rejects(it.database.pools[role].query(`select from auth."${table}"`), { code: "42501" });
    }
  });
}

test("unless a test says otherwise a password is kept as scrypt with N = 16,384, r = 16 and p = 1, under a salt of its own", async () => {
  const identity = await createIdentity({
    pool: it.database.pools.identity,
    baseUrl: ORIGIN,
    secret: it.secret,
    clock: it.now,
    trustedOrigins: [],
    secureCookies: false,
    memberships: async () => [],
    clientAddress: () => "",
  });
  const [one, two] = [await person(identity), await person(identity)];
  const salts = new Set<string>();
  for (const { id, email, password } of [one, two]) {
    const { rows } = await it.database.pools.admin.query<{ password: string }>(
      `select password from auth.account where "userId" = $1`,
      [id],
    );
    const [salt = "", kept] = (rows[0]?.password ?? "").split(":");
    assert.match(salt, /^[0-9a-f]{32}$/);
    salts.add(salt);
    const cost = { N: 16_384, r: 16, p: 1, maxmem: 128 * 16_384 * 16 * 2 };
    assert.equal(kept, scryptSync(password, salt, 64, cost).toString("hex"));
    await identity.signIn({ email, password, address: "192.0.2.1" });
    const wrong = { email, password: freshPassword(), address: "192.0.2.1" };
    await assert.rejects(identity.signIn(wrong), { code: "credentials_invalid" });
  }
  assert.equal(salts.size, 2);
});
