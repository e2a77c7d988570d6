import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser as newBrowser } from "./support/browser.ts";
import { answer } from "./support/answer.ts";
import { fixture, freshEmail, freshPassword, io, membership, ORIGIN, person, type Fixture } from "./support/fixture.ts";

let it: Fixture;
before(async () => {
  it = await fixture();
});
after(() => it.database.close());

test("signing up over HTTP is refused when nobody permits it", async () => {
  const asked = { email: freshEmail(), password: freshPassword(), name: "Eve" };
  const response = await it.browse().post("/sign-up/email", asked);
  assert.equal(response.status, 403);
  assert.equal((await answer(response)).code, "sign_up_refused");
  assert.equal(await it.identity.findUserByEmail(asked.email), null);
});

test("signing up over HTTP makes a user for the invited alone, and signs nobody in", async () => {
  const invited = freshEmail();
  const permitSignUp = async (asked: { email: string; invitation: string | null }): Promise<boolean> =>
    asked.email === invited && asked.invitation === "welcome";
  const identity = await it.again({ permitSignUp });
  const visitor = newBrowser((request) => identity.handler(request), ORIGIN);
  const asked = { email: invited, password: freshPassword(), name: "Ada" };
  assert.equal((await visitor.post("/sign-up/email", asked)).status, 403);
  assert.equal(
    (await visitor.post("/sign-up/email", { ...asked, email: freshEmail(), invitation: "welcome" })).status,
    403,
  );
  const response = await visitor.post("/sign-up/email", { ...asked, invitation: "welcome" });
  assert.equal(response.status, 200);
  assert.deepEqual(response.headers.getSetCookie(), []);
  assert.notEqual(await identity.findUserByEmail(invited), null);
  const again = await visitor.post("/sign-up/email", { ...asked, invitation: "welcome" });
  assert.equal(again.status, 200, "an address that is taken is answered like any other");
});

test("a person signs in, is known by the session, and is unknown at once after signing out", async () => {
  const { id, email, password } = await person(it.identity);
  const browser = it.browse();
  const response = await browser.post("/sign-in/email", { email: email.toUpperCase(), password });
  assert.equal(response.status, 200);
  const body = await answer(response);
  assert.equal(body.user?.id, id);
  assert.deepEqual(body.fields, ["user"], "no token in the body");

  const shown = await answer(await browser.get("/get-session"));
  assert.equal(shown.user?.email, email);
  assert.deepEqual(Object.keys(shown.session ?? {}).sort(), ["createdAt", "expiresAt", "id", "updatedAt"]);

  const cookie = browser.cookieHeader();
  const asks = (): Request => new Request(`${ORIGIN}/api/v1/anything`, { headers: { cookie } });
  const first = membership("owner");
  it.memberships.set(id, [first]);
  assert.deepEqual(await it.identity.sessionAuthenticator.authenticate(asks(), io(it.now)), {
    kind: "session",
    id,
    label: email,
    memberships: [first],
    credentialId: shown.session?.id,
  });
  it.memberships.set(id, []);
  const next = await it.identity.sessionAuthenticator.authenticate(asks(), io(it.now));
  assert.deepEqual(next?.memberships, [], "a removed membership is seen on the next request");

  assert.equal((await browser.post("/sign-out")).status, 200);
  assert.equal(browser.cookies.size, 0);
  assert.equal(await it.identity.sessionAuthenticator.authenticate(asks(), io(it.now)), null);
  const stale = new Request(`${ORIGIN}/api/auth/get-session`, { headers: { cookie } });
  assert.equal(await (await it.identity.handler(stale)).json(), null);
});

test("the session cookie is HttpOnly, SameSite=Lax, for the whole site and no other, and lives seven days", async () => {
  const { email, password } = await person(it.identity);
  const response = await it.browse().post("/sign-in/email", { email, password });
  const [line = "", ...others] = response.headers.getSetCookie();
  assert.deepEqual(others, []);
  const [pair = "", ...attributes] = line.split("; ");
  assert.match(pair, /^meterr\.session_token=[A-Za-z0-9]{32}\./);
  assert.deepEqual(attributes.sort(), ["HttpOnly", "Max-Age=604800", "Path=/", "SameSite=Lax"]);
  assert.equal(response.headers.get("cache-control"), "no-store");
});

test("under TLS every cookie is Secure and has the prefix __Host-", async () => {
  const origin = "https://meterr.example.test";
  const identity = await it.again({ baseUrl: origin, secureCookies: true });
  const { email, password } = await person(identity);
  const visitor = newBrowser((request) => identity.handler(request), origin);
  const lines = (await visitor.post("/sign-in/email", { email, password })).headers.getSetCookie();
  assert.equal(lines.length, 1);
  for (const line of lines) {
    assert.match(line, /^__Host-meterr\.session_token=/);
    assert.deepEqual(line.split("; ").slice(1).sort(), [
      "HttpOnly",
      "Max-Age=604800",
      "Path=/",
      "SameSite=Lax",
      "Secure",
    ]);
  }
  assert.equal((await answer(await visitor.get("/get-session"))).user?.email, email);
  for (const line of (await visitor.post("/sign-out")).headers.getSetCookie()) assert.match(line, /; Secure/);
});

test("a cookie a sibling domain may set does not stand for one whose name begins with __Host-", async () => {
  const origin = "https://meterr.example.test";
  const identity = await it.again({ baseUrl: origin, secureCookies: true });
  const { email, password } = await person(identity);
  const visitor = newBrowser((request) => identity.handler(request), origin);
  await visitor.post("/sign-in/email", { email, password });
  const own = visitor.cookieHeader();
  const asks = async (cookie: string): Promise<[boolean, unknown]> => {
    const request = new Request(`${origin}/api/auth/get-session`, { headers: { cookie } });
    const found = await identity.sessionAuthenticator.authenticate(request, io(it.now));
    const session = (await (await identity.handler(request)).json()) as { user?: { email?: string } } | null;
    return [found !== null, session?.user?.email];
  };
  assert.deepEqual(await asks(own), [true, email]);
  assert.deepEqual(await asks(`a=1;\t ${own} `), [true, email]);
  for (const space of ["\u00a0", "\v", "\f"]) assert.deepEqual(await asks(`${space}${own}`), [false, undefined]);
});

test("a base URL without TLS does not go with secure cookies", async () => {
  await assert.rejects(it.again({ secureCookies: true }), { code: "base_url_invalid" });
  await assert.rejects(it.again({ baseUrl: "not a url" }), { code: "base_url_invalid" });
  await assert.rejects(it.again({ secret: "short" }), { code: "secret_too_short" });
});

test("without remembering, the cookie ends with the browser", async () => {
  const { email, password } = await person(it.identity);
  const response = await it.browse().post("/sign-in/email", { email, password, rememberMe: false });
  for (const line of response.headers.getSetCookie()) assert.doesNotMatch(line, /max-age|expires/i);
});

test("signing in again gives another session and ends the former one of that browser", async () => {
  const { id, email, password } = await person(it.identity);
  const browser = it.browse();
  await browser.post("/sign-in/email", { email, password });
  const former = browser.cookieHeader();
  await browser.post("/sign-in/email", { email, password });
  assert.notEqual(browser.cookieHeader(), former);
  const asks = new Request(ORIGIN, { headers: { cookie: former } });
  assert.equal(await it.identity.sessionAuthenticator.authenticate(asks, io(it.now)), null);
  assert.equal((await it.identity.listSessionsOf(id)).length, 1);
});

test("a wrong password, an unknown person and a person without a password get the same answer", async () => {
  const { id, email } = await person(it.identity);
  const bare = await person(it.identity);
  await it.database.pools.admin.query(`delete from auth.account where "userId" = $1`, [bare.id]);
  const answers = [];
  for (const address of [email, freshEmail(), bare.email]) {
    const response = await it.browse().post("/sign-in/email", { email: address, password: freshPassword() });
    const { request_id: _, ...body } = await answer(response);
    const headers = [...response.headers].filter(([name]) => name !== "x-request-id");
    answers.push({ status: response.status, headers, body });
  }
  assert.equal(answers[0]?.status, 401);
  assert.equal(answers[0]?.body.code, "credentials_invalid");
  assert.deepEqual(answers[1], answers[0]);
  assert.deepEqual(answers[2], answers[0]);
  assert.deepEqual(await it.identity.listSessionsOf(id), []);
});

test("a cookie that was not signed here, or appears twice, is nobody's session", async () => {
  const { email, password } = await person(it.identity);
  const browser = it.browse();
  await browser.post("/sign-in/email", { email, password });
  const cookie = browser.cookieHeader();
  const [token = ""] = decodeURIComponent(cookie.split("=")[1] ?? "").split(".");
  const name = it.identity.sessionCookie;
  const forged = [
    token,
    `${token}.`,
    `${token}.AAAA`,
    `${token}.${Buffer.alloc(32).toString("base64")}`,
    "%E0%A4%A",
    ".",
  ];
  for (const value of forged) {
    const asks = new Request(ORIGIN, { headers: { cookie: `${name}=${encodeURIComponent(value)}` } });
    assert.equal(await it.identity.sessionAuthenticator.authenticate(asks, io(it.now)), null);
  }
  const twice = new Request(ORIGIN, { headers: { cookie: `${cookie}; ${name}=other` } });
  await assert.rejects(it.identity.sessionAuthenticator.authenticate(twice, io(it.now)), {
    code: "credential_conflict",
  });
  assert.equal(await it.identity.sessionOf(twice), null);
});

test("sessions are listed with where they are used, and ended one by one or all together", async () => {
  const { id, email, password } = await person(it.identity);
  const other = await person(it.identity);
  const browsers = [it.browse("192.0.2.7"), it.browse("2001:db8::7")];
  for (const browser of browsers) await browser.post("/sign-in/email", { email, password }, { "user-agent": "Test/1" });
  const listed = await it.identity.listSessionsOf(id);
  assert.equal(listed.length, 2);
  assert.equal(listed[0]?.userAgent, "Test/1");
  assert.ok(listed.some(({ address }) => address === "192.0.2.7"));
  assert.equal(JSON.stringify(listed).includes("token"), false);
  assert.equal(
    await it.identity.revokeSession(other.id, listed[0]?.id ?? ""),
    false,
    "another person's session is not found",
  );
  assert.equal(await it.identity.revokeSession(id, listed[0]?.id ?? ""), true);
  assert.equal((await it.identity.listSessionsOf(id)).length, 1);
  assert.equal(await it.identity.revokeSessionsOf(id), 1);
  for (const browser of browsers) assert.equal(await (await browser.get("/get-session")).json(), null);
});

test("the server signs a person in under the same limits and gates", async () => {
  const { id, email, password } = await person(it.identity);
  const signedIn = await it.identity.signIn({ email, password, address: "192.0.2.9" });
  assert.equal(signedIn.userId, id);
  const [pair = ""] = (signedIn.setCookies[0] ?? "").split(";");
  const session = await it.identity.sessionOf(new Request(ORIGIN, { headers: { cookie: pair } }));
  assert.equal(session?.userId, id);
  assert.equal((await it.identity.listSessionsOf(id))[0]?.address, "192.0.2.9");
  const wrong = it.identity.signIn({ email, password: freshPassword(), address: "192.0.2.9" });
  await assert.rejects(wrong, { code: "credentials_invalid" });
});

test("a client cannot say its own address", async () => {
  const { id, email, password } = await person(it.identity);
  const headers = { "x-meterr-client-address": "198.51.100.66", "x-forwarded-for": "198.51.100.66" };
  await it.browse("192.0.2.10").post("/sign-in/email", { email, password }, headers);
  assert.equal((await it.identity.listSessionsOf(id))[0]?.address, "192.0.2.10");
});
