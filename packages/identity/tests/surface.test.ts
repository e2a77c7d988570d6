import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { betterAuth } from "better-auth";
import { libraryOptions } from "../src/library/library-options.ts";
import { jwtTerms } from "../src/authenticators/jwt-terms.ts";
import { createIdentity, type Identity } from "../src/index.ts";
import { SURFACE } from "../src/http/surface.ts";
import { answer } from "./support/answer.ts";
import { fixture, freshEmail, freshPassword, ORIGIN, person, type Fixture } from "./support/fixture.ts";

let it: Fixture;
before(async () => {
  it = await fixture();
});
after(() => it.database.close());

/** What is reachable, written out a second time on purpose. */
const REACHABLE = [
  "POST /sign-up/email",
  "POST /sign-in/email",
  "POST /sign-out",
  "GET /get-session",
  "GET /token",
  "GET /jwks",
  "GET /verify-email",
  "POST /request-password-reset",
  "POST /reset-password",
  "POST /change-password",
  "POST /two-factor/enable",
  "POST /two-factor/disable",
  "POST /two-factor/get-totp-uri",
  "POST /two-factor/generate-backup-codes",
  "POST /two-factor/verify-totp",
  "POST /two-factor/verify-backup-code",
];

/** Every path the library would serve over HTTP with our own options. */
function libraryPaths(): string[] {
  const quiet = { reset: () => undefined, verify: () => undefined };
  const options = libraryOptions({
    origin: ORIGIN,
    secret: "x".repeat(32),
    cookiePrefix: "meterr",
    secureCookies: false,
    trustedOrigins: [],
    jwtTerms: jwtTerms(ORIGIN),
    passwords: null,
    allowSignUp: true,
    mail: quiet,
    onPasswordReset: async () => undefined,
    onFailure: () => undefined,
  });
  const api = betterAuth(options).api;
  return Object.values(api).flatMap((endpoint): string[] => {
    const path: unknown = Reflect.get(endpoint, "path");
    return typeof path === "string" ? [path] : [];
  });
}

function call(path: string, method: string, headers: Record<string, string> = {}): Promise<Response> {
  const bodied = !["GET", "HEAD"].includes(method);
  return it.identity.handler(
    new Request(`${ORIGIN}/api/auth${path}`, {
      method,
      headers: { origin: ORIGIN, "content-type": "application/json", ...headers },
      ...(bodied ? { body: "{}" } : {}),
    }),
  );
}

test("the surface is exactly what is written here", () => {
  assert.deepEqual([...SURFACE].map(([path, { method }]) => `${method} ${path}`).sort(), [...REACHABLE].sort());
});

test("every endpoint of the library that is not on the list is not found, by any method, signed in or not", async () => {
  const unlisted = libraryPaths().filter((path) => !SURFACE.has(path));
  assert.ok(unlisted.length >= 20, `only ${unlisted.length} endpoints were enumerated`);
  for (const known of ["/change-email", "/update-user", "/list-sessions", "/delete-user", "/ok", "/sign-in/social"]) {
    assert.ok(unlisted.includes(known), `${known} was not enumerated`);
  }
  const { email, password } = await person(it.identity);
  const browser = it.browse();
  await browser.post("/sign-in/email", { email, password });
  for (const path of unlisted) {
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
      for (const headers of [{}, { cookie: browser.cookieHeader() }]) {
        const response = await call(path.replace(/:\w+/g, "x"), method, headers);
        assert.equal(response.status, 404, `${method} ${path}`);
        assert.equal((await answer(response)).code, "not_found");
        assert.deepEqual(response.headers.getSetCookie(), []);
      }
    }
  }
});

test("every listed path is the library's, so that the list names nothing that is gone", () => {
  const served = new Set(libraryPaths());
  for (const path of SURFACE.keys()) assert.ok(served.has(path), path);
});

test("no organisation, admin or API-key endpoint is installed at all", () => {
  for (const path of libraryPaths()) assert.doesNotMatch(path, /organi[sz]ation|admin|api-key|invitation/);
});

const DISGUISES = [
  "/sign-in/email/",
  "//sign-in/email",
  "/./sign-out/../change-email",
  "/sign-in%2Femail",
  "/SIGN-IN/EMAIL",
  "/sign-in/email;x",
  "/get-session%00",
  "/",
  "",
  "/token/..;/list-sessions",
  "/two-factor/send-otp",
  "/two-factor/view-backup-codes",
];
for (const path of DISGUISES) {
  test(`${JSON.stringify(path)} is not found`, async () => {
    assert.equal((await call(path, "POST")).status, 404);
  });
}

test("a path outside /api/auth is not found", async () => {
  for (const path of ["/", "/api/authx/token", "/token", "/api/v1/auth/token"]) {
    assert.equal((await it.identity.handler(new Request(ORIGIN + path))).status, 404);
  }
});

for (const [path, { method }] of SURFACE) {
  test(`${path} answers other methods than ${method} with 405 and Allow, when it is there at all`, async () => {
    for (const other of ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"].filter((name) => name !== method)) {
      const response = await call(path, other);
      if (path === "/sign-up/email") assert.equal(response.status, 403);
      else {
        assert.equal(response.status, 405);
        assert.equal(response.headers.get("allow"), method);
      }
    }
  });
}

test("without a way to send mail, nobody can ask for a link, and verification is not found", async () => {
  const identity = await withoutMail();
  assert.equal(SURFACE.get("/request-password-reset")?.needs, "mail");
  for (const [path, { method, needs }] of SURFACE) {
    if (needs !== "mail") continue;
    const request = new Request(`${ORIGIN}/api/auth${path}`, { method, headers: { origin: ORIGIN } });
    assert.equal((await identity.handler(request)).status, 404, path);
  }
});

function withoutMail(): Promise<Identity> {
  return createIdentity({
    pool: it.database.pools.identity,
    baseUrl: ORIGIN,
    secret: it.secret,
    clock: it.now,
    trustedOrigins: [],
    secureCookies: false,
    memberships: async () => [],
    clientAddress: () => "192.0.2.1",
  });
}

const FOREIGN: readonly Record<string, string>[] = [
  {},
  { origin: "https://evil.example.test" },
  { origin: "null" },
  { origin: `${ORIGIN}.evil.example.test` },
  { origin: "http://127.0.0.1:3001" },
  { origin: "https://127.0.0.1:3000" },
  { referer: `${ORIGIN}/` },
  { origin: "" },
];
for (const headers of FOREIGN) {
  test(`a write with ${JSON.stringify(headers)} for its origin is refused, with and without a cookie`, async () => {
    const { email, password } = await person(it.identity);
    const browser = it.browse();
    await browser.post("/sign-in/email", { email, password });
    for (const cookie of [{}, { cookie: browser.cookieHeader() }]) {
      const request = new Request(`${ORIGIN}/api/auth/sign-in/email`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers, ...cookie } as Record<string, string>,
        body: JSON.stringify({ email, password }),
      });
      const response = await it.identity.handler(request);
      assert.equal(response.status, 403);
      assert.equal((await answer(response)).code, "cross_origin_refused");
      assert.deepEqual(response.headers.getSetCookie(), []);
    }
  });
}

test("a trusted further origin may write", async () => {
  const identity = await it.again({ trustedOrigins: ["http://localhost:5173"] });
  const { email, password } = await person(identity);
  const response = await identity.handler(
    new Request(`${ORIGIN}/api/auth/sign-in/email`, {
      method: "POST",
      headers: { "content-type": "application/json; charset=utf-8", origin: "http://localhost:5173" },
      body: JSON.stringify({ email, password }),
    }),
  );
  assert.equal(response.status, 200);
});

for (const type of [
  "text/plain",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "application/json; charset=latin1",
  "application/jsonp",
]) {
  test(`a body of type ${type} is refused`, async () => {
    const response = await it.browse().post("/sign-in/email", {}, { "content-type": type });
    assert.equal(response.status, 415);
  });
}

const email = freshEmail();
const password = freshPassword();
const INVALID: readonly [string, unknown][] = [
  ["an unknown field", { email, password, role: "owner" }],
  ["a callback", { email, password, callbackURL: "https://evil.example.test" }],
  ["a prototype", `{"email":"${email}","password":"${password}","__proto__":{"role":"owner"}}`],
  ["a missing field", { email }],
  ["a wrong type", { email: [email], password: { $ne: "" } }],
  ["not an address", { email: "nobody", password }],
  ["an endless password", { email, password: "x".repeat(129) }],
  ["a list", []],
  ["null", "null"],
  ["a number", "1"],
];
for (const [what, body] of INVALID) {
  test(`a sign-in with ${what} is invalid input, told without the values`, async () => {
    const response = await it.browse().post("/sign-in/email", body);
    const text = await response.text();
    assert.equal(response.status, 400, text);
    const problem = JSON.parse(text);
    assert.equal(problem.code, "invalid_input");
    assert.deepEqual(Object.keys(problem).sort(), ["code", "errors", "request_id", "status", "title", "type"]);
    for (const value of [email, password, "evil", "owner"]) assert.equal(text.includes(value), false);
  });
}

test("what is not JSON, not UTF-8 or too large is refused", async () => {
  const browser = it.browse();
  for (const body of ["{", "{'a':1}", "\u0000"]) assert.equal((await browser.post("/sign-in/email", body)).status, 400);
  assert.equal((await browser.post("/sign-in/email", `"${"x".repeat(9000)}"`)).status, 413);
  const request = new Request(`${ORIGIN}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { origin: ORIGIN, "content-type": "application/json" },
    body: Buffer.from([0x22, 0xff, 0xfe, 0x22]),
  });
  const response = await it.identity.handler(request);
  assert.equal((await answer(response)).code, "malformed_json");
});

test("a query is refused where none belongs", async () => {
  for (const path of [
    "/get-session?disableRefresh=true",
    "/token?a=b",
    "/jwks?x=1",
    "/verify-email?token=a&token=b",
    "/verify-email?token=a&callbackURL=/",
  ]) {
    assert.equal((await call(path, "GET")).status, 400, path);
  }
  assert.equal((await call("/sign-out?token=a", "POST")).status, 400);
});

test("a refusal carries its request id, is a problem document, and is not stored", async () => {
  const response = await call("/nothing", "GET");
  const body = await answer(response);
  assert.match(body.request_id, /^[0-9a-f-]{36}$/);
  assert.equal(response.headers.get("x-request-id"), body.request_id);
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  assert.equal(response.headers.get("cache-control"), "no-store");
});
