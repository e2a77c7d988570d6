import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { inspect } from "node:util";
import { IntegrationError, memberTenant, memoryRateLimiter, routeKey, type RouteKey } from "@meterr/runtime";
import { authenticatorForTest, fakeClock, manifestForTest } from "@meterr/runtime/testing";
import type { StripeEntitlements } from "../src/index.ts";
import { world, type Tenant } from "./support/world.ts";

const it = await world();
after(() => it.close());
const { stripe, host } = it;
const signal = new AbortController().signal;

beforeEach(() => {
  host.reports.length = 0;
  stripe.moods.length = 0;
  stripe.requests.length = 0;
});

/** A tenant that pays for it, and a route of the host's that asks for it. */
async function shop(entitlements: StripeEntitlements): Promise<Tenant & { get(): Promise<Response> }> {
  const someone = await it.tenant();
  stripe.subscribe(someone.customer, "active", { features: "export" });
  const membership = { tenantId: someone.tenant.id, subjectId: "", role: "", visibility: "tenant" } as const;
  const route: RouteKey = routeKey({
    host,
    manifest: manifestForTest([
      { path: "/export", method: ["GET"], auth: ["api_token"], tenant_scope: "per-user-tenant-id" },
    ]),
    method: "GET",
    path: "/export",
    auth: authenticatorForTest({ ann: { id: "ann", memberships: [membership] } }),
    tenant: memberTenant(),
    authorize: entitlements.require("export"),
    input: {},
    limit: { address: { points: 9, seconds: 1 }, tenant: { points: 9, seconds: 1 } },
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async () => ({ status: 200, body: { exported: true } }),
  });
  const get = (): Promise<Response> =>
    route(new Request("https://site.test/export", { headers: { "x-test-credential": "ann" } }));
  return { ...someone, get };
}

async function assertDenied(response: Response, status: number, code: string): Promise<void> {
  const text = await response.text();
  assert.deepEqual([response.status, (JSON.parse(text) as { code: string }).code], [status, code]);
  if (status === 503) assert.ok(Number(response.headers.get("retry-after")) >= 1);
  const told = `${text} ${inspect([host.reports, it.events], { depth: 9 })}`;
  for (const value of [stripe.apiKey, it.webhookSecret]) assert.equal(told.includes(value), false, "a secret shows");
}

test("positive control: who pays gets in, who does not is told 403", async () => {
  const paying = await shop(it.build());
  assert.equal((await paying.get()).status, 200);
  const other = await shop(it.build({ features: () => ["sso"] }));
  await assertDenied(await other.get(), 403, "not_entitled");
});

test("missing environment: nothing is built, and the variables are named without their values", () => {
  assert.throws(() => it.build({ env: {} }), {
    code: "environment_missing",
    message: /STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET/,
  });
  const wrong = ["pk", "live", "0".repeat(24)].join("_");
  for (const change of [
    { STRIPE_SECRET_KEY: wrong },
    { STRIPE_WEBHOOK_SECRET: "whsec_short" },
    { STRIPE_WEBHOOK_SECRET: wrong },
  ]) {
    assert.throws(
      () => it.build({ env: { ...it.env(), ...change } }),
      (error: Error & { code?: string }) => error.code === "setting_invalid" && !inspect(error).includes(wrong),
    );
  }
});

test("database down: the check denies, and Stripe is told to send the event again", async () => {
  const { handle, ...entitlements } = it.build();
  const someone = await shop({ ...entitlements });
  host.faults.add("database");
  try {
    await assertDenied(await someone.get(), 503, "dependency_unavailable");
    await assertDenied(await it.post(handle, it.event(someone.customer)), 503, "database_unavailable");
  } finally {
    host.faults.clear();
  }
  const blind = it.build({ lookup: { query: () => Promise.reject(new Error("connection refused")) } });
  await assertDenied(await it.post(blind.handle, it.event(someone.customer)), 503, "identity_unavailable");
  host.faults.add("commit");
  await assertDenied(await someone.get(), 503, "dependency_unavailable").finally(() => host.faults.clear());
});

test("Stripe down: the check denies, tries once more, then leaves Stripe alone", async () => {
  const entitlements = it.build();
  for (const mood of ["reset", 500, 503] as const) {
    stripe.moods.push(mood, mood);
    await assertDenied(await (await shop(entitlements)).get(), 503, "dependency_unavailable");
  }
  const asked = stripe.requests.length;
  assert.equal(asked, 5); // the fifth failure in a row opened the circuit
  await assertDenied(await (await shop(entitlements)).get(), 503, "dependency_unavailable");
  assert.equal(stripe.requests.length, asked);
  const recovering = await shop(it.build());
  stripe.moods.length = 0;
  stripe.moods.push("reset");
  assert.equal((await recovering.get()).status, 200);
});

test("a Stripe that refuses the key, redirects or answers something else denies", async () => {
  const answers = [401, 403, 302, 400, 404, { body: "<html>" }, { body: "{}" }, { body: "null" }] as const;
  for (const mood of answers) {
    const someone = await shop(it.build());
    stripe.moods.push(mood);
    await assertDenied(await someone.get(), 503, "dependency_unavailable");
  }
});

test("a tenant for whom Stripe fails does not use up everybody's limit, and is let in once Stripe answers", async () => {
  const clock = fakeClock();
  const someone = await shop(it.build({ clock }));
  stripe.moods.push(404);
  for (let again = 0; again < 3; again++) await assertDenied(await someone.get(), 503, "dependency_unavailable");
  await clock.advance(1_999);
  assert.equal((await someone.get()).status, 503);
  assert.equal(stripe.requests.length, 1);
  await clock.advance(1);
  assert.equal((await someone.get()).status, 200);
});

test("our own limit reached: the check waits for its turn, and denies when that does not come in time", async () => {
  const clock = fakeClock();
  const limiter = memoryRateLimiter({ now: () => clock.elapsed() });
  const entitlements = it.build({ clock, limiter });
  const ask = async (): Promise<boolean> => {
    const { tenant } = await shop(entitlements);
    return entitlements.check({ tenant, feature: "export", signal });
  };
  for (let n = 0; n < 20; n++) assert.equal(await ask(), true);
  const late = ask();
  while (!clock.waiting().includes(1_000)) await new Promise(setImmediate);
  assert.equal(stripe.requests.length, 20);
  await clock.advance(1_000);
  assert.equal(await late, true);
  const never = it.build({ limiter: { consume: () => Promise.reject(new Error("down")) } });
  await assertDenied(await (await shop(never)).get(), 503, "dependency_unavailable");
});

test("Stripe's limit reached: the check denies with Stripe's own delay, and keeps to it", async () => {
  const entitlements = it.build();
  const someone = await shop(entitlements);
  stripe.headers["retry-after"] = "40";
  stripe.moods.push(429);
  const response = await someone.get();
  delete stripe.headers["retry-after"];
  assert.equal(response.headers.get("retry-after"), "40");
  await assertDenied(response, 503, "dependency_unavailable");
  await assertDenied(await (await shop(entitlements)).get(), 503, "dependency_unavailable");
  assert.equal(stripe.requests.length, 1);
});

test("invalid input: an event that is not one is refused without effect", async () => {
  const { handle } = it.build();
  const { customer } = await it.tenant();
  for (const [payload, status] of [
    ["", 401],
    ["not json", 400],
    ["{}", 400],
    ["[]", 400],
    [it.event(customer, { object: "v2.core.event" }), 400],
    [it.event(customer, { type: 7 }), 400],
    [it.event(customer, { data: { object: customer } }), 400],
    [it.event(customer, { filler: "x".repeat(512 * 1024) }), 413],
  ] as const) {
    host.events.length = 0;
    assert.equal((await it.post(handle, payload)).status, status, payload.slice(0, 40));
    assert.equal(host.events.includes("commit"), false);
  }
});

test("missing dependency: without the package stripe the check and the webhook deny, and the host is told what to install", async () => {
  const cause = new Error("Cannot find package 'stripe'");
  const { handle, ...entitlements } = it.build({ library: () => Promise.reject(cause) });
  const someone = await shop(entitlements);
  await assertDenied(await someone.get(), 503, "dependency_unavailable");
  await assertDenied(await it.post(handle, it.event(someone.customer)), 503, "identity_unavailable");
  for (const { error } of host.reports) assert.equal(error, cause);
  assert.equal(host.reports.length, 2);
  assert.equal(stripe.requests.length, 0);
});

test("timeout: a Stripe that never answers denies in bounded time", async () => {
  const clock = fakeClock();
  const entitlements = it.build({ clock });
  const someone = await shop(entitlements);
  stripe.moods.push("hang", "hang");
  const first = stripe.asked();
  const waiting = assert.rejects(entitlements.check({ tenant: someone.tenant, feature: "export", signal }), (error) => {
    return error instanceof IntegrationError && error.reason === "timeout";
  });
  await first;
  const second = stripe.asked();
  await clock.advance(2_000);
  await second;
  await clock.advance(2_000);
  await waiting;
  assert.equal(clock.elapsed(), 4_000);
  assert.deepEqual(clock.waiting(), []);
});
