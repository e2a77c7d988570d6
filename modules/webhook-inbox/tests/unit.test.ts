import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { Problem, type VerifiedTenant } from "@meterr/runtime";
import { fakeHost, type FakeHost } from "@meterr/runtime/testing";
import { genericWebhook, type WebhookAuthenticator } from "@meterr/runtime/webhooks";
import { createWebhookInbox, type ProcessDelivery } from "../src/index.ts";
import {
  codeOf,
  inboxForTest,
  sourceForTest,
  type TestInboxOptions,
  type TestSource,
} from "./support/inbox-for-test.ts";

const TENANT = randomUUID();
const tenantOf = async (account: string): Promise<string | null> => (account === "acme" ? TENANT : null);

interface World {
  readonly host: FakeHost;
  readonly source: TestSource;
  readonly seen: Parameters<ProcessDelivery>[0][];
  send(request: Request): Promise<Response>;
  /** What the inserted row says, in the order of its columns. */
  kept(): readonly (readonly unknown[])[];
}

function world(change: Partial<TestInboxOptions> = {}): World {
  const host = fakeHost();
  const source = sourceForTest("shop", tenantOf);
  const seen: Parameters<ProcessDelivery>[0][] = [];
  const { mounted } = inboxForTest({
    host,
    sources: [source],
    ...change,
    process: async (delivery, work) => {
      seen.push(delivery);
      await change.process?.(delivery, work);
    },
  });
  return {
    host,
    source,
    seen,
    send: mounted,
    kept: () =>
      host.statements.filter(({ text }) => text.startsWith("insert into webhook_inbox")).map(({ values }) => values),
  };
}

const texts = (host: FakeHost): string[] => host.statements.map(({ text }) => text.split(/\s+/).slice(0, 3).join(" "));

test("a delivery is claimed, processed and kept in one transaction, in this order", async () => {
  const { host, source, seen, send, kept } = world({
    process: async (_delivery, { sql }) => void (await sql.query("insert into effects")),
  });
  const response = await send(source.deliver("acme", { n: 9007199254740993n.toString() }));
  assert.deepEqual([response.status, await response.json()], [202, { received: true }]);
  assert.deepEqual(texts(host), [
    "insert into webhook_claims",
    "savepoint webhook_inbox",
    "insert into effects",
    "release savepoint webhook_inbox",
    "insert into webhook_inbox_deliveries",
  ]);
  const [delivery] = seen;
  assert.deepEqual(
    [delivery?.source, delivery?.eventType, delivery?.account, delivery?.attempt],
    ["shop", "thing.made", "acme", 1],
  );
  assert.deepEqual(JSON.parse(delivery?.payload ?? ""), delivery?.body);
  assert.equal(kept()[0]?.[0], TENANT);
  assert.deepEqual([kept()[0]?.[8], kept()[0]?.[9]], [delivery?.payload, "processed"]);
});

test("the payload is kept octet for octet, numbers beyond a double's precision included", async () => {
  const { createHmac } = await import("node:crypto");
  const secret = randomUUID();
  const auth = genericWebhook({ sender: "shop", secret, account: () => "acme", tenantOf });
  const { send, kept } = world({ sources: [{ name: "shop", auth }] });
  const body = '{ "n": 9007199254740993, "é":\t1e2 }\n';
  const headers = {
    "content-type": "application/json",
    "x-webhook-signature": createHmac("sha256", secret).update(body).digest("hex"),
  };
  const url = "https://site.test/api/v1/webhook-inbox/sources/shop";
  assert.equal((await send(new Request(url, { method: "POST", headers, body }))).status, 202);
  assert.equal(kept()[0]?.[8], body);
});

test("a replay is answered 200 and reaches neither the host's code nor the inbox", async () => {
  const { source, send, seen, kept } = world();
  const first = source.deliver("acme");
  const again = first.clone();
  assert.equal((await send(first)).status, 202);
  assert.deepEqual(await (await send(again)).json(), { replayed: true });
  assert.deepEqual([seen.length, kept().length], [1, 1]);
});

test("what one source may send is no credential at another, nor at a source that is not there", async () => {
  const other = sourceForTest("bank", tenantOf);
  const host = fakeHost();
  const source = sourceForTest("shop", tenantOf);
  const { mounted } = inboxForTest({ host, sources: [source, other] });
  for (const name of ["bank", "nobody", "__proto__", "sho", "shop%20"]) {
    assert.match(await codeOf(await mounted(source.deliver("acme", {}, { source: name }))), /^401 credential_/);
  }
  assert.deepEqual(host.statements, []);
  assert.equal((await mounted(source.deliver("acme"))).status, 202);
});

test("one event of two sources is two deliveries", async () => {
  const one = sourceForTest("one", tenantOf);
  const { send, kept } = world({ sources: [one, { name: "two", auth: one.auth }] });
  const id = "evt_same";
  assert.equal((await send(one.deliver("acme", { id }))).status, 202);
  assert.equal((await send(one.deliver("acme", { id }, { source: "two" }))).status, 202);
  assert.deepEqual(
    kept().map((row) => row[2]),
    ["one", "two"],
  );
});

test("claims are kept as long as what they let in", async () => {
  const source = sourceForTest("shop", tenantOf);
  const auth: WebhookAuthenticator = {
    ...source.auth,
    async authenticate(request, io) {
      const principal = await source.auth.authenticate(request, io);
      return principal?.delivery === undefined
        ? null
        : { ...principal, delivery: { ...principal.delivery, keepSeconds: 60 } };
    },
  };
  const { host, send } = world({ sources: [{ name: "shop", auth }], rules: { retentionDays: 365 } });
  await send(source.deliver("acme"));
  const [, , , , from, until] = host.statements[0]?.values ?? [];
  assert.ok(from instanceof Date && until instanceof Date);
  assert.ok(until.getTime() - from.getTime() >= 365 * 86_400_000);
});

test("unfit options are refused when built", () => {
  const host = fakeHost();
  const source = sourceForTest("shop", tenantOf);
  const build = (change: object) => () => inboxForTest({ host, sources: [source], ...change });
  assert.doesNotThrow(build({}));
  for (const sources of [[], [source, source], [{ ...source, name: "Shop" }], [{ ...source, name: "a/b" }]]) {
    assert.throws(build({ sources }), TypeError);
  }
  for (const rules of [
    { retentionDays: 0 },
    { retentionDays: 366 },
    { maxPayloadBytes: 2 ** 21 },
    { timeoutMs: Number.NaN },
  ]) {
    assert.throws(build({ rules }), TypeError);
  }
  assert.equal(typeof createWebhookInbox, "function");
});

// One test for each way it can fail.

test("failure, missing environment: without a secret every delivery is 503 and nothing is kept", async () => {
  const auth = genericWebhook({ sender: "shop", secret: () => process.env["NO_SUCH_SECRET"] ?? "", tenantOf });
  const { host, source, send } = world({ sources: [{ name: "shop", auth }] });
  assert.equal(await codeOf(await send(source.deliver("acme"))), "503 identity_unavailable");
  assert.deepEqual(host.statements, []);
});

for (const fault of ["database", "query", "commit"] as const) {
  test(`failure, database down (${fault}): 503, nothing claimed, and the sender's next attempt is taken`, async () => {
    const { host, source, send } = world();
    const first = source.deliver("acme");
    const again = first.clone();
    host.faults.add(fault);
    assert.equal(await codeOf(await send(first)), "503 database_unavailable");
    assert.equal(host.claims.size, 0);
    host.faults.delete(fault);
    assert.equal((await send(again)).status, 202);
  });
}

test("failure, service down: the host's code may say 503, and then nothing is kept or claimed", async () => {
  const { host, source, send, kept } = world({
    process: () => Promise.reject(new Problem("dependency_unavailable")),
  });
  assert.equal(await codeOf(await send(source.deliver("acme"))), "503 dependency_unavailable");
  assert.deepEqual([kept().length, host.claims.size], [0, 0]);
});

test("failure, the host's code: what it wrote is dropped, the delivery is kept as failed, the error is reported only", async () => {
  const canary = randomUUID();
  const { host, source, send, kept } = world({
    process: async (_delivery, { sql }) => {
      await sql.query("insert into effects");
      throw new Error(canary);
    },
  });
  const response = await send(source.deliver("acme"));
  assert.equal(response.status, 202);
  assert.ok(texts(host).includes("rollback to savepoint"));
  assert.deepEqual(kept()[0]?.slice(9, 11), ["failed", "error"]);
  assert.match(String(host.reports[0]?.error), new RegExp(canary));
  assert.equal(`${await response.text()}${JSON.stringify(kept())}`.includes(canary), false);
});

test("failure, the sender's limit reached: 429 with Retry-After, before the signature costs anything", async () => {
  const { host, source, send } = world();
  for (const limited of ["address", "tenant"] as const) {
    host.limited.add(limited);
    const response = await send(source.deliver("acme"));
    assert.ok(response.headers.has("retry-after"));
    assert.equal(await codeOf(response), "429 rate_limited");
    host.limited.clear();
  }
  assert.deepEqual(host.statements, []);
});

test("failure, invalid input: an unknown account, text, and too large a payload are refused and not kept", async () => {
  const { host, source, send } = world({ rules: { maxPayloadBytes: 300 } });
  assert.equal(await codeOf(await send(source.deliver("stranger"))), "400 tenant_required");
  assert.equal(await codeOf(await send(source.deliver("acme", {}, { body: "{}" }))), "401 credential_invalid");
  assert.equal(await codeOf(await send(source.deliver("acme", { more: "x".repeat(300) }))), "413 body_too_large");
  assert.deepEqual(host.statements, []);
});

test("failure, missing dependency: a source whose library is absent is 503 and says what to install", async () => {
  const source = sourceForTest("shop", tenantOf);
  const missing = new Error("stripeWebhook needs the package stripe: npm install stripe");
  const auth = { ...source.auth, authenticate: () => Promise.reject(missing) };
  const { host, send } = world({ sources: [{ name: "shop", auth }] });
  assert.equal(await codeOf(await send(source.deliver("acme"))), "503 identity_unavailable");
  assert.match(String(host.reports[0]?.error), /npm install stripe/);
});

test("failure, timeout: the host's code is told to stop, can write no more, and the delivery is kept as failed", async () => {
  const tried = Promise.withResolvers<unknown>();
  let tenant: VerifiedTenant | undefined;
  const { host, source, send, kept } = world({
    rules: { timeoutMs: 5 },
    process: async (_delivery, work) => {
      tenant = work.tenant;
      await new Promise((resolve) => work.signal.addEventListener("abort", resolve));
      work.sql.query("insert into effects").then(tried.resolve, tried.resolve);
    },
  });
  assert.equal((await send(source.deliver("acme"))).status, 202);
  assert.equal(tenant?.id, TENANT);
  assert.ok((await tried.promise) instanceof TypeError);
  assert.equal(texts(host).includes("insert into effects"), false);
  assert.deepEqual(kept()[0]?.slice(9, 11), ["failed", "timeout"]);
});

test("a query the host's code does not wait for, or makes too late, ends neither the process nor another delivery", async () => {
  const heard: unknown[] = [];
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  const note = (error: unknown): void => void heard.push(error);
  process.on("unhandledRejection", note);
  try {
    const { source, send, kept } = world({
      process: async (_delivery, { sql }) => void setImmediate(() => void sql.query("insert into effects")),
    });
    assert.equal((await send(source.deliver("acme"))).status, 202);
    for (let turn = 0; turn < 4; turn++) await new Promise(setImmediate);
    assert.equal(kept()[0]?.[9], "processed");
  } finally {
    process.off("unhandledRejection", note);
    for (const other of others) process.on("unhandledRejection", other);
  }
  assert.deepEqual(heard, []);
});
