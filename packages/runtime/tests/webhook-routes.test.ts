import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { globalScope, memberTenant, mount, routeKey, RuntimeError, type Authenticator } from "../src/index.ts";
import {
  assertKeyPromises,
  authenticatorForTest,
  deliveryForTest,
  fakeHost,
  manifestForTest,
  type FakeHost,
} from "../src/testing/index.ts";
import {
  claimOnce,
  genericWebhook,
  replayHarmless,
  stripeCustomer,
  type ReplayProtection,
  type WebhookAuthenticator,
} from "../src/webhooks/index.ts";
import { codeOf, people, thing } from "./thing-route.ts";
import { ACCOUNT, hook, hmacHex, newSecret, TENANT } from "./webhook-route.ts";
import { senders } from "./webhook-senders.ts";

const [stripe] = senders();
assert.ok(stripe);

test("a webhook authenticator that gives nothing to claim reaches no handler", async () => {
  const whole = authenticatorForTest(people, "webhook");
  const broken = (delivery: object | undefined): Authenticator => ({
    ...whole,
    authenticate: async (request, io) => {
      const principal = await whole.authenticate(request, io);
      return principal === null ? null : ({ ...principal, delivery } as typeof principal);
    },
  });
  for (const delivery of [undefined, deliveryForTest(null, { claims: [] }), deliveryForTest(null, { claims: [""] })]) {
    const { send, reached } = thing({ auth: broken(delivery), replay: claimOnce() });
    assert.equal(await codeOf(await send()), "503 identity_unavailable");
    assert.equal(reached(), 0);
  }
});

test("a route that takes webhooks is not built without replay protection, nor another with it", () => {
  const webhook = authenticatorForTest(people, "webhook");
  const both: Authenticator = { ...authenticatorForTest(people), kinds: ["api_token", "webhook"] };
  const refused = { name: "RuntimeError", code: "route_invalid" };
  assert.throws(() => thing({ auth: webhook }), refused);
  assert.throws(() => thing({ auth: both }), refused);
  assert.throws(() => thing({ replay: claimOnce() }), refused);
  assert.doesNotThrow(() => thing({ auth: both, replay: claimOnce() }));
  assert.throws(() => replayHarmless(" "), RuntimeError);
  for (const keepSeconds of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => claimOnce({ keepSeconds }), { code: "webhook_invalid" });
  }
  const global = { path: "/webhooks/all", method: ["POST"], auth: ["webhook"], tenant_scope: "global" } as const;
  const build = (replay: ReplayProtection, method: "POST" | "GET" = "POST") =>
    routeKey({
      host: fakeHost(),
      manifest: manifestForTest([{ ...global, method: [method], auth: ["webhook"] }], { global_reason: "of nobody" }),
      method,
      path: global.path,
      auth: webhook,
      tenant: globalScope("of nobody"),
      authorize: () => true,
      input: {},
      limit: { address: { points: 1, seconds: 1 } },
      maxBodyBytes: 0,
      idempotency: "none",
      replay,
      handler: async () => ({ status: 200 }),
    });
  assert.throws(() => build(claimOnce()), refused);
  assert.throws(() => build(replayHarmless("a reason"), "GET"), refused);
  assert.doesNotThrow(() => build(replayHarmless("a reason")));
});

test("every sender's route keeps the promises", async () => {
  for (const sender of senders()) {
    let broken = false;
    const auth: WebhookAuthenticator = {
      ...sender.auth,
      authenticate: async (request, io) => {
        if (broken) throw new Error("planted");
        return sender.auth.authenticate(request, io);
      },
    };
    const { route, host, requestOf } = hook(auth);
    await assertKeyPromises(mount([route]), {
      host,
      breakIdentity: (yes) => void (broken = yes),
      request: () => {
        const body = sender.body();
        return requestOf(body, sender.sign(body));
      },
    });
  }
});

test("a route that has a webhook's effect twice is found out", async () => {
  const { route, host, requestOf } = hook(stripe.auth);
  const forgetful = Object.assign(
    (request: Request) => {
      host.claims.clear();
      return route(request);
    },
    { definition: route.definition },
  );
  const given = {
    host,
    breakIdentity: () => undefined,
    request: () => {
      const body = stripe.body();
      return requestOf(body, stripe.sign(body));
    },
  };
  // Without a fault to plant in the identity the promise before fails first, so it is made to hold.
  let planted = false;
  const mounted = Object.assign(async (request: Request) => (planted ? problem(503) : forgetful(request)), {
    routes: [forgetful],
  });
  await assert.rejects(
    assertKeyPromises(mounted, { ...given, breakIdentity: (yes) => void (planted = yes) }),
    /replay: POST .* had a second effect/,
  );
});

function problem(status: number): Response {
  const id = crypto.randomUUID();
  const headers = { "content-type": "application/problem+json", "x-request-id": id, "retry-after": "1" };
  return new Response(JSON.stringify({ request_id: id }), { status, headers });
}

// Checked by the compiler: the @ts-expect-error fails the type check once its line compiles.
export function aWebhookRouteDoesNotCompileWithoutReplayProtection(host: FakeHost, auth: WebhookAuthenticator): void {
  const rule = { points: 1, seconds: 1 };
  const route = {
    host,
    manifest: manifestForTest([]),
    method: "POST",
    path: "/x",
    auth,
    tenant: memberTenant(),
    authorize: () => true,
    input: {},
    limit: { address: rule, tenant: rule },
    maxBodyBytes: 1,
    idempotency: "none",
    handler: async () => ({ status: 200 }),
  } as const;
  routeKey({ ...route, replay: claimOnce() });
  // @ts-expect-error a webhook could have its effect twice
  routeKey(route);
}

test("a lookup sees an account as senders write one, and nothing else", async () => {
  const asked: string[] = [];
  const secret = newSecret();
  const auth = genericWebhook({
    sender: "acme",
    secret,
    account: (event) => (event as { account: string }).account,
    tenantOf: async (account) => {
      asked.push(account);
      return null;
    },
  });
  const { post } = hook(auth);
  const odd: readonly unknown[] = [
    "",
    " ",
    "a b",
    "é",
    "a\nb",
    "x".repeat(129),
    null,
    true,
    1.5,
    1e300,
    {},
    ["a"],
    { toString: "a" },
  ];
  for (const account of [...odd, "acct_1", 42]) {
    const body = JSON.stringify({ account });
    assert.equal((await post(body, { "x-webhook-signature": hmacHex(secret, body) })).status, 400);
  }
  assert.deepEqual(asked, ["acct_1", "42"]);
});

test("an event's type is told where it is a plain word", async () => {
  for (const [type, told] of [
    ["invoice.paid", "invoice.paid"],
    ["a b", null],
    [7, null],
    ["x".repeat(129), null],
  ] as const) {
    const { post, reached } = hook(stripe.auth);
    const body = JSON.stringify({ id: `evt_${randomUUID()}`, type, account: ACCOUNT });
    assert.equal((await post(body, stripe.sign(body))).status, 200);
    assert.equal(reached[0]?.principal.delivery?.eventType, told);
  }
});

test("Stripe: the customer is the object itself or the one it names, expanded or not", () => {
  const about = (object: unknown) => stripeCustomer({ data: { object } });
  assert.equal(about({ object: "customer", id: "cus_1" }), "cus_1");
  assert.equal(about({ object: "subscription", id: "sub_1", customer: "cus_2" }), "cus_2");
  assert.equal(about({ object: "invoice", id: "in_1", customer: { object: "customer", id: "cus_3" } }), "cus_3");
  for (const none of [
    { object: "product", id: "prod_1" },
    { object: "invoice", customer: null },
    null,
    "customer",
    [],
  ]) {
    assert.equal(about(none), null);
  }
  assert.equal(stripeCustomer(null), null);
});

test("a lookup of the tenant that fails is 503, and one that answers nonsense opens nothing", async () => {
  for (const tenantOf of [
    async () => Promise.reject(new Error("planted")),
    async () => "",
    async () => ({ id: TENANT }) as unknown as string,
  ]) {
    const secret = hmacHex("a", "b");
    const { post, reached } = hook(genericWebhook({ sender: "acme", secret, account: () => "a", tenantOf }));
    const body = "{}";
    assert.equal(
      await codeOf(await post(body, { "x-webhook-signature": hmacHex(secret, body) })),
      "503 identity_unavailable",
    );
    assert.equal(reached.length, 0);
  }
});

test("a sender's own Idempotency-Key is not taken for ours: a webhook is claimed by what is signed", async () => {
  const { post, reached } = hook(stripe.auth);
  for (const key of ["k", "k", "not, one"]) {
    const body = stripe.body();
    assert.equal((await post(body, { ...stripe.sign(body), "idempotency-key": key })).status, 200);
  }
  assert.equal(reached.length, 3);
});

test("webhooks are verified in an edge runtime, with nothing of Node in reach", async () => {
  const file = (name: string): string => path.join(import.meta.dirname, "edge", name);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--experimental-vm-modules", "--no-warnings", file("run-in-edge.ts"), file("webhook-in-edge.ts")],
    { timeout: 60_000 },
  );
  const { result } = JSON.parse(stdout) as { result: unknown };
  assert.deepEqual(result, {
    answers: [
      "generic 202",
      "generic, changed 401",
      "secret scanning 202",
      "secret scanning, changed 401",
      "Stripe without its library 503",
    ],
    reports: [
      "RuntimeError: stripeWebhook needs the package stripe, which cannot be loaded here. Install it: npm install stripe",
    ],
  });
});
