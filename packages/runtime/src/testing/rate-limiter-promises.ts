import assert from "node:assert/strict";
import type { RateLimiter } from "../host.ts";

/** One store, seen by two processes: both limiters are the same where there is one process only. */
export interface LimiterUnderTest {
  readonly limiters: readonly [RateLimiter, RateLimiter];
  /** Lets this many milliseconds pass, by whatever clock the limiter has. */
  pass(milliseconds: number): Promise<void>;
}

export interface LimiterPromise {
  readonly name: string;
  check(store: LimiterUnderTest): Promise<void>;
}

const bucket = (): string => `address POST /things/:id ${crypto.randomUUID()}`;

/** What every rate limiter keeps, whatever its store. Each check takes buckets of its own. */
export const RATE_LIMITER_PROMISES: readonly LimiterPromise[] = [
  {
    name: "exactly its points are granted to requests that arrive at once at two processes",
    async check({ limiters }) {
      const name = bucket();
      const verdicts = await Promise.all(
        Array.from({ length: 40 }, (_, turn) =>
          limiters[turn % 2 === 0 ? 0 : 1].consume(name, 1, { points: 15, seconds: 60 }),
        ),
      );
      assert.equal(verdicts.filter(({ allowed }) => allowed).length, 15);
    },
  },
  {
    name: "a verdict names the limit, what is left, and when to come back",
    async check({ limiters: [limiter] }) {
      const name = bucket();
      const rule = { points: 2, seconds: 60 };
      for (const [allowed, remaining] of [
        [true, 1],
        [true, 0],
        [false, 0],
        [false, 0],
      ] as const) {
        const verdict = await limiter.consume(name, 1, rule);
        assert.deepEqual([verdict.allowed, verdict.remaining, verdict.limit], [allowed, remaining, 2]);
        assert.ok(verdict.retryAfterSeconds > 0 && verdict.retryAfterSeconds <= 60);
      }
    },
  },
  {
    name: "one bucket's requests leave another's alone, however the names are written",
    async check({ limiters: [limiter] }) {
      const rule = { points: 1, seconds: 60 };
      const base = bucket();
      const names = [
        base,
        `${base} `,
        `${base}'; --`,
        `${base}\0`,
        base.toUpperCase(),
        base + "x".repeat(5000),
        `${base}{1}`,
      ];
      for (const name of names) assert.equal((await limiter.consume(name, 1, rule)).allowed, true);
      for (const name of names) assert.equal((await limiter.consume(name, 1, rule)).allowed, false);
    },
  },
  {
    name: "a cost above what is left is refused, and no more than the points is ever granted",
    async check({ limiters: [limiter] }) {
      const name = bucket();
      const rule = { points: 5, seconds: 60 };
      assert.equal((await limiter.consume(name, 4, rule)).allowed, true);
      assert.equal((await limiter.consume(name, 2, rule)).allowed, false);
      let granted = 0;
      for (let turn = 0; turn < 4; turn++) if ((await limiter.consume(name, 1, rule)).allowed) granted += 1;
      assert.ok(granted <= 1);
      assert.equal((await limiter.consume(bucket(), 6, rule)).allowed, false);
    },
  },
  {
    name: "a refused request is granted once the time it was told has passed, at either process",
    async check({ limiters: [one, two], pass }) {
      const name = bucket();
      const rule = { points: 1, seconds: 1 };
      assert.equal((await one.consume(name, 1, rule)).allowed, true);
      const refused = await two.consume(name, 1, rule);
      assert.equal(refused.allowed, false);
      await pass(Math.ceil(refused.retryAfterSeconds * 1000) + 5);
      assert.equal((await two.consume(name, 1, rule)).allowed, true);
      assert.equal((await one.consume(name, 1, rule)).allowed, false);
    },
  },
];
