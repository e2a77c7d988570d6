import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ACCOUNT_RULE, ADDRESS_RULE, LONGEST_WAIT_SECONDS, type SignInLimits } from "../src/limits/sign-in-limits.ts";
import { databaseSignInLimits } from "../src/limits/database-sign-in-limits.ts";
import { addressGroup } from "../src/limits/address-group.ts";
import { memoryRateLimiter } from "@meterr/runtime";
import { answer } from "./support/answer.ts";
import { browser } from "./support/browser.ts";
import { fixture, freshEmail, freshPassword, ORIGIN, person, type Fixture } from "./support/fixture.ts";

let it: Fixture;
let limits: SignInLimits;
let clock = Date.parse("2026-01-01T00:00:00Z");
before(async () => {
  it = await fixture();
  limits = databaseSignInLimits(it.database.pools.identity, it.secret, () => new Date(clock));
});
after(() => it.database.close());

let addresses = 0;
function nextAddress(): string {
  addresses += 1;
  return `203.0.113.${addresses}`;
}

test("after the free attempts each wait is twice the one before, up to the longest", async () => {
  const bucket = "account:waits";
  const rule = { free: 3 };
  for (let i = 0; i < 3; i++) assert.deepEqual(await limits.attempt(bucket, rule), { allowed: true });
  const waits: number[] = [];
  for (let i = 0; i < 13; i++) {
    const refused = await limits.attempt(bucket, rule);
    assert.ok(!refused.allowed);
    waits.push(refused.retryAfterSeconds);
    clock += refused.retryAfterSeconds * 1000 - 1;
    assert.equal((await limits.attempt(bucket, rule)).allowed, false, "a moment too early");
    clock += 1;
    assert.deepEqual(await limits.attempt(bucket, rule), { allowed: true });
  }
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
  assert.equal(LONGEST_WAIT_SECONDS, 900);
});

test("attempts sent together do not all pass", async () => {
  const verdicts = await Promise.all(Array.from({ length: 40 }, () => limits.attempt("account:together", { free: 5 })));
  assert.equal(verdicts.filter(({ allowed }) => allowed).length, 5);
});

test("an hour of quiet, or a success, starts a bucket again", async () => {
  const rule = { free: 2 };
  const exhaust = async (bucket: string): Promise<void> => {
    for (let i = 0; i < 3; i++) await limits.attempt(bucket, rule);
    assert.equal((await limits.attempt(bucket, rule)).allowed, false);
  };
  await exhaust("account:quiet");
  clock += 3_601_000;
  assert.deepEqual(await limits.attempt("account:quiet", rule), { allowed: true });
  assert.deepEqual(await limits.attempt("account:quiet", rule), { allowed: true });
  await exhaust("account:success");
  await limits.clear("account:success");
  assert.deepEqual(await limits.attempt("account:success", rule), { allowed: true });
});

test("one bucket's attempts are not another's, and neither can be read in the table", async () => {
  await limits.attempt("account:somebody@example.test", { free: 1 });
  assert.deepEqual(await limits.attempt("account:another@example.test", { free: 2 }), { allowed: true });
  const { rows } = await it.database.pools.admin.query(`select a::text as text from auth.sign_in_attempts a`);
  assert.ok(rows.length > 0);
  assert.equal(JSON.stringify(rows).includes("example.test"), false);
});

test("guessing at one account is slowed down from wherever it comes, with Retry-After", async () => {
  const { email, password } = await person(it.identity);
  for (let i = 0; i < ACCOUNT_RULE.free; i++) {
    const response = await it.browse(nextAddress()).post("/sign-in/email", { email, password: freshPassword() });
    assert.equal(response.status, 401);
  }
  const response = await it.browse(nextAddress()).post("/sign-in/email", { email, password });
  assert.equal(response.status, 429, "the right password waits too");
  assert.equal((await answer(response)).code, "rate_limited");
  assert.ok(Number(response.headers.get("retry-after")) >= 1);
  await assert.rejects(it.identity.signIn({ email, password, address: nextAddress() }), { code: "sign_in_limited" });
  it.passes(2);
  assert.equal((await it.browse(nextAddress()).post("/sign-in/email", { email, password })).status, 200);
});

test("guessing at an account that does not exist is slowed down just the same", async () => {
  const email = freshEmail();
  for (let i = 0; i < ACCOUNT_RULE.free; i++)
    await it.browse(nextAddress()).post("/sign-in/email", { email, password: freshPassword() });
  assert.equal(
    (await it.browse(nextAddress()).post("/sign-in/email", { email, password: freshPassword() })).status,
    429,
  );
});

test("one address trying many accounts is slowed down; another address is not", async () => {
  const { email, password } = await person(it.identity);
  const address = nextAddress();
  for (let i = 0; i < ADDRESS_RULE.free; i++) {
    await it.browse(address).post("/reset-password", { token: `guess-${i}`, newPassword: freshPassword() });
  }
  assert.equal((await it.browse(address).post("/sign-in/email", { email, password })).status, 429);
  assert.equal((await it.browse(nextAddress()).post("/sign-in/email", { email, password })).status, 200);
});

test("people who sign in rightly do not use up their shared address", async () => {
  const { email, password } = await person(it.identity);
  const address = nextAddress();
  for (let i = 0; i < ADDRESS_RULE.free + 2; i++) {
    assert.equal((await it.browse(address).post("/sign-in/email", { email, password })).status, 200, `sign-in ${i}`);
  }
});

test("mail to one person cannot be asked for without end", async () => {
  const { email } = await person(it.identity);
  const statuses = [];
  for (let i = 0; i <= ACCOUNT_RULE.free; i++) {
    statuses.push((await it.browse(nextAddress()).post("/request-password-reset", { email })).status);
  }
  assert.deepEqual(statuses, [...Array<number>(ACCOUNT_RULE.free).fill(200), 429]);
});

test("a session thief cannot guess the password through the second factor's settings", async () => {
  const { email, password } = await person(it.identity);
  const browser = it.browse(nextAddress());
  await browser.post("/sign-in/email", { email, password });
  const statuses = [];
  for (let i = 0; i <= ACCOUNT_RULE.free; i++) {
    statuses.push((await browser.post("/two-factor/enable", { password: freshPassword() })).status);
  }
  assert.equal(statuses.at(-1), 429);
  assert.equal(statuses.includes(200), false);
});

test("when the limits cannot be read, nobody gets in", async () => {
  const { email, password } = await person(it.identity);
  const down = async (): Promise<never> => Promise.reject(new Error("limits are down"));
  const identity = await it.again({ signInLimits: { attempt: down, clear: down, forgive: down, purge: down } });
  await assert.rejects(identity.signIn({ email, password, address: nextAddress() }), { code: "identity_unavailable" });
});

test("whatever one address asks is bounded before anything is looked up; another address is served", async () => {
  let asked = 0;
  const pool = new Proxy(it.database.pools.identity, {
    get(target, name) {
      if (name === "query" || name === "connect") asked += 1;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const identity = await it.again({ pool, limiter: memoryRateLimiter({ now: () => clock }) });
  const from = (address: string) => browser((request) => identity.handler(request), ORIGIN, address);
  const flood = from("2001:db8::1");
  const statuses = new Set<number>();
  for (let i = 0; i < 300; i++) statuses.add((await flood.get("/get-session")).status);
  asked = 0;
  const refused = await from("2001:db8::2").get("/jwks");
  assert.equal(refused.status, 429);
  assert.equal((await answer(refused)).code, "rate_limited");
  assert.ok(Number(refused.headers.get("retry-after")) >= 1);
  assert.equal(asked, 0);
  assert.deepEqual([...statuses], [200]);
  assert.equal((await from(nextAddress()).get("/jwks")).status, 200);
});

test("when requests cannot be counted, none is answered", async () => {
  const down = async (): Promise<never> => Promise.reject(new Error("planted fault: limiter"));
  const identity = await it.again({ limiter: { consume: down } });
  const response = await browser((request) => identity.handler(request), ORIGIN, nextAddress()).get("/jwks");
  assert.equal(response.status, 503);
});

const GROUPS: readonly [string, string][] = [
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::ffff:c000:201", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
  ["2001:0DB8:0001:0002::9", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["64:ff9b::192.0.2.1", "64:ff9b:0:0::/64"],
  ["", "unknown"],
  ["somewhere", "unknown"],
];
for (const [address, group] of GROUPS) {
  test(`${JSON.stringify(address)} counts as ${group}`, () => assert.equal(addressGroup(address), group));
}
