import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import {
  allOf,
  cachedEntitlements,
  IntegrationError,
  requireEntitlement,
  type Authorize,
  type EntitlementCheck,
  type EntitlementQuestion,
} from "../src/index.ts";
import { fakeClock, tenantForTest } from "../src/testing/index.ts";
import { codeOf, ONE, thing } from "./thing-route.ts";

const clock = fakeClock();
const signal = new AbortController().signal;
const ask = (id = ONE, feature = "export", subject = ""): EntitlementQuestion => ({
  tenant: tenantForTest({ id, subject }),
  feature,
  signal,
});

async function answerOf(
  check: EntitlementCheck,
): Promise<{ code: string; reached: number; retryAfter: string | null }> {
  const gate = requireEntitlement("export", check, { clock });
  const it = thing({ authorize: gate as unknown as () => boolean });
  const sending = it.send();
  await clock.advance(5_000);
  const response = await sending;
  const code = response.ok ? String(response.status) : await codeOf(response);
  return { code, reached: it.reached(), retryAfter: response.headers.get("retry-after") };
}

test("an entitled tenant reaches the handler, and the check is asked for exactly that tenant and feature", async () => {
  const asked: unknown[] = [];
  const result = await answerOf(async ({ tenant, feature }) => {
    asked.push([tenant.id, feature]);
    return true;
  });
  assert.deepEqual([result.code, result.reached], ["201", 1]);
  assert.deepEqual(asked, [[ONE, "export"]]);
});

for (const [what, answer] of [
  ["false", false],
  ["text", "true"],
  ["one", 1],
  ["nothing", undefined],
  ["a list with the feature", ["export"]],
] as const) {
  test(`a check that answers ${what} is 403 and never reaches the handler`, async () => {
    const result = await answerOf(() => Promise.resolve(answer as boolean));
    assert.deepEqual([result.code, result.reached], ["403 not_entitled", 0]);
  });
}

for (const [what, check] of [
  ["rejects", () => Promise.reject(new Error("down"))],
  [
    "throws",
    () => {
      throw new Error("down");
    },
  ],
  ["never answers", () => new Promise<boolean>(() => undefined)],
] as const) {
  test(`a check that ${what} is 503 and never reaches the handler`, async () => {
    const result = await answerOf(check);
    assert.deepEqual([result.code, result.reached, result.retryAfter], ["503 dependency_unavailable", 0, "5"]);
    assert.deepEqual(clock.waiting(), []);
  });
}

test("a provider's Retry-After is passed on", async () => {
  const limited = new IntegrationError("stripe", "rate_limited", { retryAfterMs: 30_500 });
  const result = await answerOf(() => Promise.reject(limited));
  assert.deepEqual([result.code, result.retryAfter], ["503 dependency_unavailable", "31"]);
});

test("a check is told when nobody waits any more", async () => {
  let told: AbortSignal | null = null;
  await answerOf(({ signal }) => {
    told = signal;
    return new Promise(() => undefined);
  });
  assert.equal((told as AbortSignal | null)?.aborted, true);
});

for (const name of ["", "Export", "export,sso", "export sso", "ex*", "x".repeat(81), "%", "../export"]) {
  test(`"${name.slice(0, 12)}" is no feature's name`, () => {
    assert.throws(() => requireEntitlement(name, async () => true), { code: "entitlement_invalid" });
  });
}

test("all gates must allow, in order, and keep their names", async () => {
  const asked: string[] = [];
  const gate = (name: string, answer: unknown): Authorize =>
    Object.assign(
      () => {
        asked.push(name);
        return answer as boolean;
      },
      { permission: name },
    );
  const access = {
    tenant: tenantForTest({ id: ONE }),
    principal: { kind: "session", id: "a", label: "", memberships: [] },
  } as const;
  assert.equal(await allOf(gate("a", true), gate("b", true))(access), true);
  assert.equal(await allOf(gate("c", "yes"), gate("d", true))(access), false);
  assert.deepEqual(asked, ["a", "b", "c"]);
  assert.equal(
    allOf(
      gate("a", true),
      requireEntitlement("x", async () => true),
    ).permission,
    "a entitlement:x",
  );
});

test("an answer is kept for its tenant, member and feature, and no longer than it may be", async () => {
  let asked = 0;
  const cache = cachedEntitlements({
    seconds: 30,
    clock,
    check: async ({ feature }) => (asked++, feature === "export"),
  });
  const two = randomUUID();
  assert.equal(await cache.check(ask()), true);
  assert.equal(await cache.check(ask()), true);
  assert.equal(asked, 1);
  assert.equal(await cache.check(ask(two)), true);
  assert.equal(await cache.check(ask(ONE, "export", "ann")), true);
  assert.equal(await cache.check(ask(ONE, "expor")), false);
  assert.equal(await cache.check(ask(ONE, "expor")), false);
  assert.equal(asked, 4);
  await clock.advance(29_999);
  await cache.check(ask());
  assert.equal(asked, 4);
  await clock.advance(1);
  await cache.check(ask());
  assert.equal(asked, 5);
  cache.invalidate(two);
  await cache.check(ask());
  assert.equal(asked, 5);
  cache.invalidate(ONE);
  await cache.check(ask());
  assert.equal(asked, 6);
});

test("an answer that was under way when its tenant changed is not kept", async () => {
  const answers = [Promise.withResolvers<boolean>(), Promise.withResolvers<boolean>()];
  let asked = 0;
  const cache = cachedEntitlements({
    seconds: 30,
    clock,
    check: () => answers[asked++]?.promise ?? Promise.resolve(false),
  });
  const early = cache.check(ask());
  cache.invalidate(ONE);
  const late = cache.check(ask());
  answers[1]?.resolve(false);
  assert.equal(await late, false);
  answers[0]?.resolve(true);
  assert.equal(await early, true);
  assert.equal(await cache.check(ask()), false);
  assert.equal(asked, 2);
});

test("a failure is not kept, and a flood of tenants is bounded", async () => {
  let asked = 0;
  const cache = cachedEntitlements({
    seconds: 30,
    clock,
    maxAnswers: 2,
    check: () => (asked++ === 0 ? Promise.reject(new Error("down")) : Promise.resolve(true)),
  });
  await assert.rejects(cache.check(ask()), { message: "down" });
  assert.equal(await cache.check(ask()), true);
  for (let n = 0; n < 5; n++) await cache.check(ask(randomUUID()));
  const before = asked;
  await cache.check(ask());
  assert.equal(asked, before + 1);
  for (const seconds of [0, 301, Number.NaN]) {
    assert.throws(() => cachedEntitlements({ seconds, check: async () => true }), { code: "entitlement_invalid" });
  }
});
