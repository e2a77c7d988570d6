import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { anyOf, apiToken, session, type Authenticator } from "../src/index.ts";
import { codeOf, people, thing, type SendOptions } from "./thing-route.ts";

const token = `tok_${randomBytes(12).toString("hex")}`;
const cookie = randomBytes(12).toString("hex");
const HOUR = 3_600_000;
const { memberships } = people.ann;

const tokens = (expiresAt: Date | null = null): Authenticator =>
  apiToken({
    prefix: "tok_",
    find: async (given) => (given === token ? { id: "t1", label: "ci", expiresAt, memberships } : null),
  });

const sessions = (expiresAt = new Date(Date.now() + HOUR)): Authenticator =>
  session({
    cookie: "sid",
    find: async (given) =>
      given === cookie ? { id: "s1", userId: "user-ann", label: "Ann", expiresAt, memberships } : null,
  });

const SITE = { origin: "https://site.test", "sec-fetch-site": "same-origin" };
const with_ = (headers: Record<string, string>): SendOptions => ({
  headers: { "x-test-credential": null, ...headers },
});

test("without a credential the answer is 401 and names the scheme", async () => {
  const { send, reached } = thing({ auth: tokens() });
  const response = await send(with_({}));
  assert.equal(response.headers.get("www-authenticate"), "Bearer");
  assert.equal(await codeOf(response), "401 credential_required");
  assert.equal(reached(), 0);
});

test("an API token is taken by its whole value", async () => {
  const { send } = thing({ auth: tokens() });
  assert.equal((await send(with_({ authorization: `Bearer ${token}` }))).status, 201);
  assert.equal((await send(with_({ authorization: `bearer  ${token}` }))).status, 201);
});

for (const [what, authorization] of [
  ["another token", `Bearer ${token}0`],
  ["a token without its prefix", `Bearer ${token.slice(4)}`],
  ["another scheme", `Basic ${token}`],
  ["two headers joined to one", `Bearer ${token}, Bearer ${token}`],
  ["a token with a space in it", `Bearer ${token} x`],
  ["no scheme", token],
  ["an endless token", `Bearer tok_${"x".repeat(9000)}`],
] as const) {
  test(`${what} is refused with 401`, async () => {
    const { send, reached } = thing({ auth: tokens() });
    assert.equal(await codeOf(await send(with_({ authorization }))), "401 credential_invalid");
    assert.equal(reached(), 0);
  });
}

test("an expired API token is refused, and so is one whose expiry cannot be read", async () => {
  for (const expiry of [new Date(Date.now() - 1), new Date(Number.NaN)]) {
    const { send } = thing({ auth: tokens(expiry) });
    assert.equal(await codeOf(await send(with_({ authorization: `Bearer ${token}` }))), "401 credential_invalid");
  }
});

test("an empty prefix, which would claim every token, is refused at construction", () => {
  assert.throws(() => apiToken({ prefix: "", find: async () => null }), TypeError);
});

test("a session is taken from its cookie among others", async () => {
  const { send } = thing({ auth: sessions() });
  assert.equal((await send(with_({ ...SITE, cookie: `a=1; sid=${cookie}; xsid=2` }))).status, 201);
});

test("an expired or unknown session is refused", async () => {
  const late = thing({ auth: sessions(new Date(Date.now() - 1)) });
  assert.equal(await codeOf(await late.send(with_({ ...SITE, cookie: `sid=${cookie}` }))), "401 credential_invalid");
  const unknown = thing({ auth: sessions() });
  assert.equal(await codeOf(await unknown.send(with_({ ...SITE, cookie: "sid=else" }))), "401 credential_invalid");
  assert.equal(await codeOf(await unknown.send(with_({ ...SITE, cookie: "sid=" }))), "401 credential_invalid");
});

test("a cookie whose name only looks like the session's is another cookie", async () => {
  const { send } = thing({ auth: sessions() });
  // A sibling domain may set these, and may not set a name that begins with __Host-; white space of Unicode is none here.
  for (const space of ["\u00a0", "\v", "\f", "\u0085"]) {
    for (const lookalike of [`${space}sid=${cookie}`, `sid${space}=${cookie}`]) {
      const headers = { ...SITE, cookie: lookalike };
      assert.match(await codeOf(await send(with_(headers))), /^401 credential_required$/, JSON.stringify(space));
      const beside = { ...SITE, cookie: `${lookalike.replace(cookie, "else")}; sid=${cookie}` };
      assert.equal((await send(with_(beside))).status, 201);
    }
  }
  for (const space of [" ", "\t", "  "]) {
    assert.equal(
      (await send(with_({ ...SITE, cookie: `a=1;${space}sid${space}=${space}${cookie}${space}` }))).status,
      201,
    );
  }
});

test("two session cookies that differ are refused, in either order", async () => {
  const { send, reached } = thing({ auth: sessions() });
  for (const both of [`sid=${cookie}; sid=else`, `sid=else; sid=${cookie}`]) {
    assert.equal(await codeOf(await send(with_({ ...SITE, cookie: both }))), "401 credential_conflict");
  }
  assert.equal(reached(), 0);
});

test("a session cookie beside an Authorization header is refused", async () => {
  const { send } = thing({ auth: sessions() });
  const request = with_({ ...SITE, cookie: `sid=${cookie}`, authorization: "Basic eDp5" });
  assert.equal(await codeOf(await send(request)), "401 credential_conflict");
});

test("of several authenticators the one whose credential is there decides; two credentials are refused", async () => {
  const { send, reached } = thing({ auth: anyOf(sessions(), tokens()) });
  assert.equal((await send(with_({ authorization: `Bearer ${token}` }))).status, 201);
  assert.equal((await send(with_({ ...SITE, cookie: `sid=${cookie}` }))).status, 201);
  assert.equal(reached(), 2);
  const both = with_({ ...SITE, cookie: `sid=${cookie}`, authorization: `Bearer ${token}` });
  assert.equal(await codeOf(await send(both)), "401 credential_conflict");
  assert.equal(await codeOf(await send(with_({}))), "401 credential_required");
  assert.equal(reached(), 2);
});

for (const name of ["access_token", "API_KEY", "token", "key", "authorization"]) {
  test(`a credential in the query as ${name} is refused, valid header or not`, async () => {
    const { send, reached } = thing();
    const response = await send({ url: `https://site.test/api/v1/things/7?${name}=x` });
    assert.equal(await codeOf(response), "401 credential_in_query");
    assert.equal(reached(), 0);
  });
}

const CROSS_SITE: readonly [string, Record<string, string>][] = [
  ["that says nothing of where it came from", {}],
  ["from another origin", { origin: "https://evil.test" }],
  ["from the same host by another scheme", { origin: "http://site.test" }],
  ["from another port", { origin: "https://site.test:8443" }],
  ["from a hidden origin", { origin: "null" }],
  ["from a sibling site", { "sec-fetch-site": "same-site" }],
  ["from another site", { "sec-fetch-site": "cross-site" }],
  ["whose two headers disagree", { origin: "https://site.test", "sec-fetch-site": "cross-site" }],
  ["whose two headers disagree the other way", { origin: "https://evil.test", "sec-fetch-site": "same-origin" }],
];
for (const [what, headers] of CROSS_SITE) {
  test(`a write with a session cookie ${what} is refused`, async () => {
    const { send, reached } = thing({ auth: sessions() });
    const response = await send(with_({ cookie: `sid=${cookie}`, ...headers }));
    assert.equal(await codeOf(response), "403 cross_origin_refused");
    assert.equal(reached(), 0);
  });
}

for (const headers of [{ origin: "https://site.test" }, { "sec-fetch-site": "same-origin" }]) {
  test(`a write with a session cookie and ${Object.keys(headers)[0]} of the site itself passes`, async () => {
    const { send } = thing({ auth: sessions() });
    assert.equal((await send(with_({ cookie: `sid=${cookie}`, ...headers }))).status, 201);
  });
}

test("a write with an API token needs no origin, for no browser attaches one by itself", async () => {
  const { send } = thing({ auth: tokens() });
  assert.equal((await send(with_({ authorization: `Bearer ${token}` }))).status, 201);
});
