import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { inspect } from "node:util";
import {
  integrationKey,
  IntegrationError,
  Secret,
  type CallOptions,
  type IntegrationIo,
  type IntegrationOptions,
  type SafeEvent,
} from "../src/index.ts";
import { fakeClock, manifestForTest, type FakeClock } from "../src/testing/index.ts";

const ORIGIN = "https://api.provider.test";
const value = `canary-${randomBytes(16).toString("hex")}`;
const secrets = { PROVIDER_KEY: new Secret(value) };
type Io = IntegrationIo<typeof secrets>;
type Answer = Response | Error | "hang";
const manifest = manifestForTest([], {
  slug: "provider",
  key_type: ["integration"],
  required_env: ["PROVIDER_KEY"],
  global_reason: "a test",
});

interface World {
  readonly clock: FakeClock;
  readonly sent: Request[];
  readonly events: SafeEvent[];
  readonly run: (options?: CallOptions) => Promise<unknown>;
  readonly circuit: () => string;
}

/** A provider that gives these answers, then 200s; by default it is asked by GET with the secret in a header. */
function world(
  answers: Answer[] = [],
  change: Partial<IntegrationOptions<typeof secrets, undefined, unknown>> = {},
  call: (io: Io) => Promise<unknown> = async (io) =>
    (await io.fetch(`${ORIGIN}/v1/things`, { headers: { authorization: io.secrets.PROVIDER_KEY.reveal() } })).json(),
): World {
  const clock = fakeClock();
  const sent: Request[] = [];
  const events: SafeEvent[] = [];
  const integration = integrationKey({
    manifest,
    secrets,
    origins: [ORIGIN],
    limit: { points: 100, seconds: 1 },
    timeout: { attemptMs: 1_000, totalMs: 10_000 },
    retry: { attempts: 3, baseMs: 100, maxMs: 1_000, maxRetryAfterMs: 4_000 },
    circuit: { failures: 3, openMs: 30_000 },
    clock,
    random: () => 1,
    randomUUID: () => "key-of-this-call",
    events: (event) => void events.push(event),
    async fetch(input, init) {
      const { signal, ...rest } = init ?? {};
      sent.push(new Request(input, rest));
      const answer = answers.shift() ?? Response.json({ fine: true });
      if (answer instanceof Response) return answer;
      if (answer instanceof Error) throw answer;
      return new Promise((_resolve, reject) => {
        signal?.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
      });
    },
    call: (_input: undefined, io) => call(io),
    ...change,
  });
  return { clock, sent, events, run: (options) => integration(undefined, options), circuit: integration.circuit };
}

/** Lets all waiting end while the call runs. */
async function outcome(it: World, call: Promise<unknown>, steps = 20): Promise<unknown> {
  const results: unknown[] = [];
  const done = call.then(
    (output) => results.push({ output }),
    (error: unknown) => results.push(error),
  );
  for (let step = 0; step < steps && results.length === 0; step++) {
    await it.clock.advance(0);
    const [next] = it.clock.waiting();
    if (results.length === 0 && next !== undefined) await it.clock.advance(next);
  }
  await done;
  return results[0];
}

async function reasonOf(it: World, call = it.run()): Promise<string> {
  const error = await outcome(it, call);
  assert.ok(error instanceof IntegrationError, inspect(error));
  return error.reason;
}

const status = (code: number, headers: Record<string, string> = {}): Response =>
  new Response(`${value} in the body`, { status: code, headers });

test("a repeatable call is tried again after growing waits, and its answer returned", async () => {
  const it = world([status(500), new Error(`refused ${value}`)]);
  const began = it.clock.elapsed();
  assert.deepEqual(await outcome(it, it.run()), { output: { fine: true } });
  assert.equal(it.sent.length, 3);
  assert.equal(it.clock.elapsed() - began, 100 + 200);
});

test("a POST without the call's idempotency key is sent once, whatever happens to it", async () => {
  for (const answer of [status(503), new Error("reset"), "hang"] as const) {
    const it = world([answer], {}, (io) => io.fetch(`${ORIGIN}/v1/charges`, { method: "POST", body: "a=1" }));
    const reason = await reasonOf(it);
    assert.equal(reason, answer === "hang" ? "timeout" : "unavailable");
    assert.equal(it.sent.length, 1);
  }
  const it = world([status(503)], {}, (io) =>
    io.fetch(`${ORIGIN}/v1/charges`, { method: "POST", headers: { "idempotency-key": `another-${io.attempt}` } }),
  );
  assert.equal(await reasonOf(it), "unavailable");
  assert.equal(it.sent.length, 1);
});

test("a POST with the call's idempotency key is tried again under the same key", async () => {
  const post = async (io: Io): Promise<unknown> =>
    (
      await io.fetch(`${ORIGIN}/v1/charges`, { method: "POST", headers: { "idempotency-key": io.idempotencyKey } })
    ).json();
  const it = world([status(503), "hang"], {}, post);
  assert.deepEqual(await outcome(it, it.run({ idempotencyKey: "order-7" })), { output: { fine: true } });
  assert.deepEqual(
    it.sent.map(({ headers }) => headers.get("idempotency-key")),
    ["order-7", "order-7", "order-7"],
  );
});

test("a refusal by the provider is not tried again", async () => {
  for (const [code, reason] of [
    [401, "credential_rejected"],
    [403, "credential_rejected"],
    [302, "response_invalid"],
  ] as const) {
    const it = world([status(code, { location: "http://169.254.169.254/" })]);
    assert.equal(await reasonOf(it), reason);
    assert.equal(it.sent.length, 1);
  }
});

test("any other answer is the call's to judge, and what it throws is not repeated", async () => {
  const it = world([status(404)], {}, async (io) => {
    const response = await io.fetch(`${ORIGIN}/v1/things`);
    throw new Error(await response.text());
  });
  assert.equal(await reasonOf(it), "failed");
  assert.equal(it.sent.length, 1);
});

test("Retry-After is waited for, in seconds and as a date", async () => {
  for (const header of ["2", new Date(Date.UTC(2026, 0, 1, 0, 0, 2)).toUTCString()]) {
    const it = world([status(429, { "retry-after": header })]);
    assert.deepEqual(await outcome(it, it.run()), { output: { fine: true } });
    assert.equal(it.clock.elapsed(), 2_000);
  }
});

test("a long Retry-After is not waited for, and nobody asks the provider before it, within a bound", async () => {
  const it = world([status(429, { "retry-after": "86400" })]);
  const error = await outcome(it, it.run());
  assert.ok(error instanceof IntegrationError);
  assert.deepEqual([error.reason, error.status, error.headers["retry-after"]], ["rate_limited", 503, "4"]);
  const other = it.run();
  await it.clock.advance(3_999);
  assert.equal(it.sent.length, 1);
  await it.clock.advance(1);
  assert.deepEqual(await other, { fine: true });
  assert.equal(it.sent.length, 2);
});

test("a Retry-After that says nothing counts as none", async () => {
  for (const header of ["-1", "soon", "1e9", "999999999999", "Thu, 01 Jan 1970"]) {
    const it = world([status(429, { "retry-after": header })]);
    assert.deepEqual(await outcome(it, it.run()), { output: { fine: true } });
    assert.equal(it.clock.elapsed(), 100);
  }
});

test("our own limit holds a call back below the provider's", async () => {
  const it = world([], { limit: { points: 2, seconds: 60 } });
  await it.run();
  await it.run();
  assert.equal(await reasonOf(it), "rate_limited");
  assert.equal(it.sent.length, 2);
});

test("a limiter that cannot tell lets nothing through", async () => {
  for (const consume of [
    () => Promise.reject(new Error("down")),
    () => {
      throw new Error("down");
    },
    () => Promise.resolve({} as never),
  ]) {
    const it = world([], { limit: { points: 1, seconds: 1, limiter: { consume } } });
    assert.equal(await reasonOf(it), "limiter_unavailable");
    assert.equal(it.sent.length, 0);
  }
});

test("no more calls than may be run at once", async () => {
  const it = world(["hang"], { limit: { points: 9, seconds: 1, concurrent: 1 } });
  const first = outcome(it, it.run());
  await assert.rejects(it.run(), { reason: "overloaded" });
  assert.deepEqual(await first, { output: { fine: true } });
  await it.run();
});

test("an attempt ends at its deadline though the call never listens, and the whole call at its own", async () => {
  const it = world(
    [],
    { retry: { attempts: 9, baseMs: 0, maxMs: 0, maxRetryAfterMs: 0 } },
    () => new Promise(() => undefined),
  );
  assert.equal(await reasonOf(it), "circuit_open");
  assert.equal(it.clock.elapsed(), 3_000);
  const patient = world(
    [],
    {
      circuit: { failures: 99, openMs: 1 },
      timeout: { attemptMs: 900, totalMs: 2_000 },
      retry: { attempts: 9, baseMs: 0, maxMs: 0, maxRetryAfterMs: 0 },
    },
    () => new Promise(() => undefined),
  );
  assert.equal(await reasonOf(patient), "timeout");
  assert.equal(patient.clock.elapsed(), 2_000);
});

test("a body that never ends is cut off by time, one that is too large by size", async () => {
  const endless = new Response(new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(600)) }));
  const it = world([endless], { maxResponseBytes: 1_000 });
  assert.equal(await reasonOf(it), "response_invalid");
  const stalled = world([new Response(new ReadableStream({ start: () => undefined }))], {
    retry: { attempts: 1, baseMs: 0, maxMs: 0, maxRetryAfterMs: 0 },
  });
  assert.equal(await reasonOf(stalled), "timeout");
});

test("a caller who goes away ends the call, and is no mark against the provider", async () => {
  const it = world(["hang", "hang", "hang", "hang"]);
  for (let n = 0; n < 4; n++) {
    const caller = new AbortController();
    const call = it.run({ signal: caller.signal });
    await it.clock.advance(1);
    caller.abort();
    await assert.rejects(call, { reason: "aborted" });
  }
  assert.equal(it.circuit(), "closed");
  assert.deepEqual(it.clock.waiting(), []);
  await assert.rejects(it.run({ signal: AbortSignal.abort() }), { reason: "aborted" });
  assert.equal(it.sent.length, 4);
});

test("a provider that is down is left alone until one probe is answered", async () => {
  const it = world([status(500), status(500), status(500), status(500), "hang"]);
  assert.equal(await reasonOf(it), "unavailable");
  assert.equal(it.circuit(), "open");
  const refused = await outcome(it, it.run());
  assert.ok(refused instanceof IntegrationError);
  assert.deepEqual([refused.reason, refused.headers["retry-after"], it.sent.length], ["circuit_open", "30", 3]);
  await it.clock.advance(30_000);
  assert.equal(await reasonOf(it), "circuit_open"); // the probe failed, so its second attempt met an open circuit
  assert.equal(it.sent.length, 4);
  await it.clock.advance(30_000);
  const probe = it.run();
  await it.clock.advance(0);
  await assert.rejects(it.run(), { reason: "circuit_open" });
  assert.equal(it.sent.length, 5);
  assert.equal(await reasonOf(it, probe), "circuit_open");
  await it.clock.advance(30_000);
  await it.run();
  assert.equal(it.circuit(), "closed");
});

test("a failure stands though the call swallows it", async () => {
  const it = world([status(500), status(500), status(500)], {}, async (io) => {
    await io.fetch(`${ORIGIN}/a`).catch(() => null);
    return { entitled: true };
  });
  assert.equal(await reasonOf(it), "unavailable");
});

test("nothing is sent to another origin, nor with a secret in the address", async () => {
  for (const address of [
    "https://api.provider.test.evil.test/",
    "http://api.provider.test/",
    "https://api.provider.test:444/",
    "https://user:x@api.provider.test/",
    "file:///etc/passwd",
    "not an address",
    `${ORIGIN}/v1?key=${value}`,
    `${ORIGIN}/v1?key=${[...value].map((c) => `%${c.charCodeAt(0).toString(16)}`).join("")}`,
  ]) {
    const it = world([], {}, (io) => io.fetch(address));
    assert.equal(await reasonOf(it), "destination_refused");
    assert.equal(it.sent.length, 0);
  }
});

test("neither errors nor events repeat the secret or the provider's words", async () => {
  const seen: unknown[] = [];
  const answers: Answer[] = [status(429), status(500), status(401), status(302), new Error(value)];
  for (const answer of answers) {
    const it = world([answer, answer, answer]);
    seen.push(await outcome(it, it.run()), it.events);
  }
  const thrower = world([], {}, () => Promise.reject(new Error(value, { cause: value })));
  seen.push(await outcome(thrower, thrower.run()), thrower.events);
  assert.equal(inspect(seen, { depth: 20, showHidden: true }).includes(value), false);
  const again = world([status(500)]);
  await outcome(again, again.run());
  assert.deepEqual(
    again.events.map(({ event, code, attempt, status }) => [event, code, attempt, status]),
    [
      ["integration.failed", "unavailable", 1, 500],
      ["integration.answered", undefined, 2, undefined],
    ],
  );
});

test("a clock or a randomness that throws is a failed call like any other", async () => {
  const fails = (): never => {
    throw new Error(value);
  };
  for (const change of [{ clock: { ...fakeClock(), elapsed: fails } }, { randomUUID: fails }, { random: fails }]) {
    const it = world([status(500)], { ...change, limit: { points: 9, seconds: 1, concurrent: 1 } });
    for (let again = 0; again < 2; again++) {
      const error = await it.run().catch((thrown: unknown) => thrown);
      if (again === 0) assert.ok(error instanceof IntegrationError && error.reason === "failed", inspect(error));
      else assert.notEqual(error instanceof IntegrationError && error.reason, "overloaded");
    }
  }
});

test("in a browser it is neither made nor called", async () => {
  const it = world();
  for (const name of ["window", "document", "DedicatedWorkerGlobalScope"]) {
    Object.defineProperty(globalThis, name, { value: {}, configurable: true });
    try {
      assert.throws(() => world(), { code: "integration_invalid" });
      await assert.rejects(it.run(), { code: "integration_invalid" });
    } finally {
      Reflect.deleteProperty(globalThis, name);
    }
  }
  assert.equal(it.sent.length, 0);
});

for (const [what, change, code] of [
  ["a secret that is not declared", { secrets: { OTHER: new Secret("x") } }, "manifest_disagrees"],
  ["a secret that is not set", { secrets: { PROVIDER_KEY: undefined } }, "integration_invalid"],
  ["a secret in clear", { secrets: { PROVIDER_KEY: "text" } }, "integration_invalid"],
  ["no origin", { origins: [] }, "integration_invalid"],
  ["an origin in clear", { origins: ["http://provider.test"] }, "integration_invalid"],
  ["an origin with a path", { origins: ["https://provider.test/v1"] }, "integration_invalid"],
  ["no limit", { limit: { points: 0, seconds: 1 } }, "integration_invalid"],
  ["an endless attempt", { timeout: { attemptMs: Number.POSITIVE_INFINITY, totalMs: 1 } }, "integration_invalid"],
  ["endless attempts", { retry: { attempts: 99, baseMs: 1, maxMs: 1, maxRetryAfterMs: 1 } }, "integration_invalid"],
  ["another type of module", { manifest: manifestForTest([]) }, "manifest_disagrees"],
] as const) {
  test(`an integration with ${what} is not built`, () => {
    assert.throws(() => world([], change as never), { code });
  });
}
