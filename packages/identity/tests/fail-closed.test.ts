import assert from "node:assert/strict";
import { after, before, mock, test } from "node:test";
import pg from "pg";
import type { Identity, IdentityFailure, SignInLimits } from "../src/index.ts";
import { SURFACE } from "../src/http/surface.ts";
import { browser as newBrowser } from "./support/browser.ts";
import { fixture, freshPassword, io, ORIGIN, person, type Fixture } from "./support/fixture.ts";

const open: SignInLimits = {
  attempt: async () => ({ allowed: true }),
  clear: async () => undefined,
  forgive: async () => undefined,
  purge: async () => undefined,
};

let it: Fixture;
let down: Identity;
let nowhere: pg.Pool;
const failures: IdentityFailure[] = [];
const printed = (["log", "info", "warn", "error", "debug"] as const).map((level) =>
  mock.method(console, level, () => undefined),
);
before(async () => {
  it = await fixture();
  // No server listens in this folder.
  nowhere = new pg.Pool({ host: "/nonexistent", user: "nobody", database: "nothing", connectionTimeoutMillis: 500 });
  down = await it.again({
    pool: nowhere,
    signInLimits: open,
    permitSignUp: async () => true,
    onFailure: (failure) => failures.push(failure),
  });
});
after(async () => {
  await nowhere.end();
  await it.database.close();
});

const INPUTS: Record<string, object> = {
  "/sign-up/email": { email: "a@example.test", password: freshPassword(), name: "A" },
  "/sign-in/email": { email: "a@example.test", password: freshPassword() },
  "/request-password-reset": { email: "a@example.test" },
  "/reset-password": { token: "x", newPassword: freshPassword() },
  "/change-password": { currentPassword: freshPassword(), newPassword: freshPassword() },
};

for (const [path, { method }] of SURFACE) {
  if (path === "/verify-email") continue;
  test(`without the database ${path} answers 503 and gives nothing`, async () => {
    const { email, password } = await person(it.identity);
    const browser = it.browse();
    await browser.post("/sign-in/email", { email, password });
    const visitor = newBrowser((request) => down.handler(request), ORIGIN);
    for (const [name, value] of browser.cookies) visitor.cookies.set(name, value);
    const code = path.endsWith("backup-code") ? "aaaaa-aaaaa" : "000000";
    const input = INPUTS[path] ?? (path.includes("/verify-") ? { code } : path === "/sign-out" ? {} : { password });
    const response = method === "GET" ? await visitor.get(path) : await visitor.post(path, input);
    const text = await response.text();
    assert.equal(response.status, 503, text);
    assert.ok(Number(response.headers.get("retry-after")) > 0);
    assert.deepEqual(response.headers.getSetCookie(), []);
    for (const internal of ["ENOENT", "ECONNREFUSED", "select", "nonexistent", "auth.", "at "])
      assert.equal(text.includes(internal), false, text);
  });
}

test("without the database a session is neither taken nor called wrong", async () => {
  const { email, password } = await person(it.identity);
  const browser = it.browse();
  await browser.post("/sign-in/email", { email, password });
  const request = new Request(ORIGIN, { headers: { cookie: browser.cookieHeader() } });
  await assert.rejects(down.sessionAuthenticator.authenticate(request, io(it.now)));
});

test("without its memberships a person is not let in", async () => {
  const { email, password } = await person(it.identity);
  const browser = it.browse();
  await browser.post("/sign-in/email", { email, password });
  const broken = await it.again({ memberships: async () => Promise.reject(new Error("down")) });
  const request = new Request(ORIGIN, { headers: { cookie: browser.cookieHeader() } });
  await assert.rejects(broken.sessionAuthenticator.authenticate(request, io(it.now)), /down/);
});

test("signing out that cannot end the session says so", async () => {
  const { email, password } = await person(it.identity);
  const browser = it.browse();
  await browser.post("/sign-in/email", { email, password });
  const visitor = newBrowser((request) => down.handler(request), ORIGIN);
  for (const [name, value] of browser.cookies) visitor.cookies.set(name, value);
  assert.equal((await visitor.post("/sign-out")).status, 503);
  assert.notEqual(await (await browser.get("/get-session")).json(), null, "the session is live still");
});

test("failures are reported by kind alone, without addresses, statements or passwords", () => {
  assert.ok(failures.length > 0);
  for (const failure of failures) {
    assert.deepEqual(Object.keys(failure).sort(), ["code", "event", "name"]);
    assert.equal(JSON.stringify(failure).includes("example.test"), false);
  }
});

test("nothing is printed past the one who is told of failures", async () => {
  await it.database.pools.admin.query(
    `alter table auth.session add constraint refuse_all check (token = '') not valid`,
  );
  const { email, password } = await person(it.identity);
  const response = await it.browse().post("/sign-in/email", { email, password });
  assert.equal(response.status, 503);
  assert.deepEqual(it.failures.at(-1), { event: "identity_failure", name: "error", code: "23514" });
  await it.database.pools.admin.query(`alter table auth.session drop constraint refuse_all`);
  for (const { mock: spy } of printed) assert.equal(spy.callCount(), 0, JSON.stringify(spy.calls[0]?.arguments[0]));
});

test("a client address that cannot be told refuses the attempt", async () => {
  const { email, password } = await person(it.identity);
  const identity = await it.again({
    clientAddress: () => {
      throw new Error("no socket");
    },
  });
  const visitor = newBrowser((request) => identity.handler(request), ORIGIN);
  assert.equal((await visitor.post("/sign-in/email", { email, password })).status, 503);
});
