import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { memoryRateLimiter } from "../src/index.ts";
import { addressBucket } from "../src/address/address-bucket.ts";
import { fakeHost } from "../src/testing/index.ts";
import { codeOf, thing } from "./thing-route.ts";

test("an answer names each limit, what is left of it, and its policy", async () => {
  const response = await thing().send();
  assert.equal(response.headers.get("ratelimit-policy"), '"address";q=10;w=60, "tenant";q=20;w=60');
  assert.equal(response.headers.get("ratelimit"), '"address";r=9, "tenant";r=19');
});

for (const name of ["address", "tenant"] as const) {
  test(`over the limit by ${name} the answer is 429, says when to come back and reaches nothing`, async () => {
    const { send, host, reached } = thing();
    host.limited.add(name);
    const response = await send();
    assert.equal(response.headers.get("retry-after"), "60");
    assert.ok(response.headers.get("ratelimit")?.endsWith(`"${name}";r=0;t=60`));
    assert.equal(await codeOf(response), "429 rate_limited");
    assert.equal(reached(), 0);
  });
}

test("buckets are per route, and per address or tenant", async () => {
  const buckets: string[] = [];
  const inner = fakeHost();
  const limiter = {
    consume: (bucket: string, cost: number, rule: { points: number; seconds: number }) => {
      buckets.push(bucket);
      return inner.limiter.consume(bucket, cost, rule);
    },
  };
  const { send } = thing({ host: { ...inner, limiter } });
  await send({ headers: { "x-test-credential": "both", "x-tenant-id": null } });
  await send();
  assert.equal(new Set(buckets).size, 2);
  assert.equal(buckets[0], "address POST /api/v1/things/:id 192.0.2.1");
});

test("an IPv6 subscriber counts as one, however many addresses it uses", () => {
  assert.equal(addressBucket("2001:db8:1:2:3:4:5:6"), addressBucket("2001:db8:1:2:ffff::1"));
  assert.notEqual(addressBucket("2001:db8:1:2::1"), addressBucket("2001:db8:1:3::1"));
  assert.equal(addressBucket("::ffff:192.0.2.1"), "192.0.2.1");
  assert.equal(addressBucket("192.0.2.1"), "192.0.2.1");
});

test("the memory limiter never allows more than its points in any window, and no fewer than fit", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 1, max: 4 })), { maxLength: 60 }),
      async (steps) => {
        let now = 0;
        const limiter = memoryRateLimiter({ now: () => now });
        const granted: { at: number; cost: number }[] = [];
        for (const [wait, cost] of steps) {
          now += wait;
          const used = granted.filter(({ at }) => at > now - 2000).reduce((sum, grant) => sum + grant.cost, 0);
          const verdict = await limiter.consume("a", cost, { points: 5, seconds: 2 });
          assert.equal(verdict.allowed, used + cost <= 5);
          if (verdict.allowed) granted.push({ at: now, cost });
          assert.equal(verdict.remaining, 5 - used - (verdict.allowed ? cost : 0));
        }
      },
    ),
  );
});

test("a refused request is allowed at the moment it was told, and not before", async () => {
  let now = 0;
  const limiter = memoryRateLimiter({ now: () => now });
  const rule = { points: 3, seconds: 10 };
  for (now of [0, 1000, 2000]) assert.equal((await limiter.consume("a", 1, rule)).allowed, true);
  const refused = await limiter.consume("a", 2, rule);
  assert.equal(refused.allowed, false);
  assert.equal(refused.retryAfterSeconds, 9);
  now = 2000 + 9000 - 1;
  assert.equal((await limiter.consume("a", 2, rule)).allowed, false);
  now += 1;
  assert.equal((await limiter.consume("a", 2, rule)).allowed, true);
});

test("a flood of names shuts nobody out who has a bucket, and lets no newcomer spend more than its points", async () => {
  let now = 0;
  const limiter = memoryRateLimiter({ now: () => now, maxBuckets: 2 });
  const rule = { points: 2, seconds: 10 };
  const allowed = async (name: string): Promise<boolean> => (await limiter.consume(name, 1, rule)).allowed;
  assert.equal(await allowed("a"), true);
  for (let i = 0; i < 5000; i++) await allowed(`flood ${i}`);
  assert.equal(await allowed("a"), true, "its own bucket is its own still");
  assert.equal(await allowed("a"), false);

  now = 9_999;
  const before: string[] = [];
  for (let i = 0; i < 200; i++) if (await allowed(`new ${i}`)) before.push(`new ${i}`);
  now = 10_000;
  for (const name of [...before, ...before, ...before]) await allowed(name);
  now = 19_998;
  for (const name of before) assert.equal(await allowed(name), false, "what it spent in a shared bucket counts still");
  now = 30_000;
  assert.equal(await allowed("b"), true);
  assert.equal(await allowed("c"), true, "what ran out makes room again");
});

test("under a flood a newcomer is served while its share has points left, never counted more kindly", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 0, max: 5 })), { maxLength: 80 }),
      async (steps) => {
        let now = 0;
        const limiter = memoryRateLimiter({ now: () => now, maxBuckets: 2 });
        const granted: { at: number; name: number }[] = [];
        for (const [wait, name] of steps) {
          now += wait;
          const verdict = await limiter.consume(`name ${name}`, 1, { points: 3, seconds: 2 });
          if (verdict.allowed) granted.push({ at: now, name });
          const spent = granted.filter((grant) => grant.name === name && grant.at > now - 2000).length;
          assert.ok(spent <= 3);
        }
      },
    ),
  );
});
