import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, suite, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { createClient } from "redis";
import { type RateLimiter, RuntimeError } from "../src/index.ts";
import {
  memoryRateLimiter,
  postgresRateLimiter,
  rateLimitTable,
  redisRateLimiter,
  type LimitsPool,
} from "../src/limits/index.ts";
import { storedRateLimiter } from "../src/limits/stored-rate-limiter.ts";
import { fakeHost, RATE_LIMITER_PROMISES } from "../src/testing/index.ts";
import { codeOf, thing } from "./thing-route.ts";

suite("the memory store", () => {
  for (const { name, check } of RATE_LIMITER_PROMISES) {
    test(name, async () => {
      let now = 0;
      const limiter = memoryRateLimiter({ now: () => now });
      const pass = async (milliseconds: number): Promise<void> => void (now += milliseconds);
      await check({ limiters: [limiter, limiter], pass });
    });
  }
});

const answers = spawnSync("redis-server", ["--version"]).status === 0;
suite("the Redis store", { skip: answers ? false : "SKIPPED: redis-server is not installed here" }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), "redis-"));
  const url = { socket: { path: path.join(folder, "redis.sock"), reconnectStrategy: false } } as const;
  let server: ChildProcess;
  const make = () => createClient(url);
  const clients: ReturnType<typeof make>[] = [];
  const connect = async (): Promise<ReturnType<typeof make>> => {
    const client = make();
    client.on("error", () => undefined);
    clients.push(client);
    await client.connect();
    return client;
  };

  before(async () => {
    const settings = ["--port", "0", "--unixsocket", url.socket.path, "--save", "", "--appendonly", "no"];
    server = spawn("redis-server", [...settings, "--dir", folder], { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    for await (const chunk of server.stdout ?? []) {
      said += String(chunk);
      if (/ready to accept connections/i.test(said)) break;
    }
  });
  after(async () => {
    for (const client of clients) client.destroy();
    if (server.exitCode === null && server.signalCode === null) {
      server.kill("SIGKILL");
      await once(server, "exit");
    }
    rmSync(folder, { recursive: true, force: true });
  });

  for (const { name, check } of RATE_LIMITER_PROMISES) {
    test(name, async () => {
      const limiters = [
        await redisRateLimiter({ client: await connect() }),
        await redisRateLimiter({ client: await connect() }),
      ] as const;
      await check({ limiters, pass: (milliseconds) => delay(milliseconds) });
    });
  }

  test("counts end by themselves", async () => {
    const client = await connect();
    const limiter = await redisRateLimiter({ client, prefix: "ends" });
    await limiter.consume("a", 1, { points: 3, seconds: 50 });
    const [key = ""] = await client.keys("ends*");
    assert.match(key, /^ends:3\/50\/[0-9a-f]{64}$/);
    const left = await client.ttl(key);
    assert.ok(left > 0 && left <= 50);
  });

  test("when Redis goes away, requests are refused with 503 and reach nothing", async () => {
    const limiter = await redisRateLimiter({ client: await connect() });
    const rule = { points: 100, seconds: 60 };
    assert.equal((await limiter.consume("a", 1, rule)).allowed, true);
    server.kill("SIGKILL");
    await once(server, "exit");
    await refusedEverything(limiter);
  });
});

async function refusedEverything(limiter: RateLimiter): Promise<void> {
  const { send, reached } = thing({ host: { ...fakeHost(), limiter } });
  for (let turn = 0; turn < 2; turn++) {
    const response = await send();
    assert.ok(response.headers.has("retry-after"));
    assert.equal(await codeOf(response), "503 limiter_unavailable");
  }
  assert.equal(reached(), 0);
}

const BROKEN: readonly [string, LimitsPool["query"]][] = [
  ["fails", () => Promise.reject(new Error("connection refused"))],
  [
    "throws",
    () => {
      throw new Error("pool has ended");
    },
  ],
  ["never answers", () => new Promise(() => undefined)],
  ["answers with nothing", async () => ({ rows: [], rowCount: 0 })],
  ["answers with what is no count", async () => ({ rows: [{ points: "many", expire: "soon" }], rowCount: 1 })],
];
for (const [what, query] of BROKEN) {
  test(`when PostgreSQL ${what}, requests are refused with 503 and reach nothing`, async () => {
    await refusedEverything(await postgresRateLimiter({ pool: { query }, deadlineMs: 20 }));
  });
}

test("a table's name that would need quoting is refused", async () => {
  for (const table of ["a b", 'a"b', "A", "a;drop table b", "", "1a"]) {
    const invalid = (error: unknown): boolean => error instanceof RuntimeError && error.code === "limits_invalid";
    assert.throws(() => rateLimitTable({ table }), invalid);
    assert.throws(() => rateLimitTable({ schema: table }), invalid);
    const pool = { query: async () => ({ rows: [], rowCount: 0 }) };
    await assert.rejects(postgresRateLimiter({ pool, table }), invalid);
  }
});

test("more rules than routes could have are refused, and not held", async () => {
  const limiter = storedRateLimiter(() => ({ consume: async () => ({ remainingPoints: 0, msBeforeNext: 1 }) }), 1000);
  for (let points = 1; points <= 256; points++) await limiter.consume("a", 1, { points, seconds: 1 });
  await assert.rejects(limiter.consume("a", 1, { points: 257, seconds: 1 }), { code: "limiter_full" });
  assert.equal((await limiter.consume("a", 1, { points: 256, seconds: 1 })).allowed, true);
});
