import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
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
  GITHUB_RETENTION,
  replayHarmless,
  STRIPE_RETENTION,
  stripeCustomer,
  type ReplayProtection,
  type WebhookAuthenticator,
} from "../src/webhooks/index.ts";
import { CLAIM } from "../src/webhooks/replay/claim-delivery.ts";
import { codeOf, people, thing } from "./thing-route.ts";
import { ACCOUNT, hook, hmacHex, newSecret, NOW, NOW_SECONDS, TENANT, type Sender } from "./webhook-route.ts";
import { senders } from "./webhook-senders.ts";

const commits = (host: FakeHost): number => host.events.filter((event) => event === "commit").length;

for (const sender of senders()) {
  const { name } = sender;
  const replayAnswer = name === "githubWebhook" ? 409 : 200;

  test(`${name}: a delivery has its effect once; a replay is answered ${replayAnswer}`, async () => {
    const { post, host, reached } = hook(sender.auth);
    const body = sender.body();
    const headers = sender.sign(body);
    assert.equal((await post(body, headers)).status, 200);
    for (let again = 0; again < 2; again++) {
      const response = await post(body, headers);
      assert.equal(response.status, replayAnswer);
      if (replayAnswer === 200) {
        assert.equal(response.headers.get("idempotent-replayed"), "true");
        assert.deepEqual(await response.json(), { replayed: true });
      } else assert.equal(await codeOf(response), "409 replayed");
    }
    assert.equal(reached.length, 1);
    assert.equal(commits(host), 1);
    // Ended, not left open: the connection goes back to its pool.
    assert.equal(host.events.at(-1), "rollback");
  });

  test(`${name}: the claim is the first statement of the effect's own transaction`, async () => {
    const { post, host } = hook(sender.auth);
    const body = sender.body();
    await post(body, sender.sign(body));
    assert.deepEqual(
      host.statements.map(({ text }) => text),
      [CLAIM, "insert into effects"],
    );
    assert.equal(host.statements[0]?.values[0], TENANT);
    assert.deepEqual(
      host.events.filter((event) => !event.startsWith("limiter")),
      ["begin", "query", "query", "commit"],
    );
  });

  test(`${name}: when the handler fails nothing is claimed, and the sender's next attempt has the effect`, async () => {
    let broken = true;
    const { post, host, reached } = hook(sender.auth, {
      handler: async ({ sql }) => {
        await sql.query("insert into effects");
        if (broken) throw new Error("planted");
        return { status: 200 };
      },
    });
    const body = sender.body();
    const headers = sender.sign(body);
    assert.equal((await post(body, headers)).status, 500);
    assert.equal(host.claims.size, 0);
    broken = false;
    assert.equal((await post(body, headers)).status, 200);
    assert.equal(reached.length, 2);
  });

  for (const fault of ["database", "query", "commit"] as const) {
    test(`${name}: a ${fault} that fails after verification is 503, claims nothing, and a retry has the effect`, async () => {
      const { post, host } = hook(sender.auth);
      const body = sender.body();
      const headers = sender.sign(body);
      host.faults.add(fault);
      const response = await post(body, headers);
      assert.ok(response.headers.has("retry-after"));
      assert.equal(await codeOf(response), "503 database_unavailable");
      assert.deepEqual([host.claims.size, commits(host)], [0, 0]);
      host.faults.delete(fault);
      assert.equal((await post(body, headers)).status, 200);
      assert.equal(commits(host), 1);
    });
  }

  test(`${name}: two attempts at once have one effect`, async () => {
    const started = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const { post, reached } = hook(sender.auth, {
      handler: async () => {
        started.resolve();
        await go.promise;
        return { status: 202 };
      },
    });
    const body = sender.body();
    const headers = sender.sign(body);
    const first = post(body, headers);
    await started.promise;
    const second = post(body, headers);
    go.resolve();
    assert.deepEqual([(await first).status, (await second).status], [202, replayAnswer]);
    assert.equal(reached.length, 1);
  });

  test(`${name}: deliveries out of order each have their effect`, async () => {
    const { post, reached } = hook(sender.auth);
    const signed = [-60, -30, 0].map((seconds) => {
      const body = sender.body();
      return { body, headers: sender.sign(body, { time: String(NOW_SECONDS + seconds) }) };
    });
    for (const { body, headers } of signed.toReversed()) assert.equal((await post(body, headers)).status, 200);
    assert.equal(reached.length, 3);
  });
}

const [stripe, github, standard, timed] = senders();
assert.ok(stripe && github && standard && timed);

/** Seconds the first claim of a host is kept. */
function keptFor(host: FakeHost): number {
  const [, , , , from, until] = host.statements[0]?.values ?? [];
  assert.ok(from instanceof Date && until instanceof Date);
  return (until.getTime() - from.getTime()) / 1000;
}

async function secondIs(
  sender: Sender,
  status: number,
  second: { body: string; headers: Record<string, string> },
  first: typeof second,
) {
  const { post, reached } = hook(sender.auth);
  assert.equal((await post(first.body, first.headers)).status, 200);
  assert.equal((await post(second.body, second.headers)).status, status);
  return reached.length;
}

test("a sender's later attempt, signed anew with another time, is the same delivery", async () => {
  for (const sender of [stripe, standard, timed]) {
    const body = sender.body();
    const id = randomUUID();
    const [first, second] = [0, 200].map((seconds) => ({
      body,
      headers: sender.sign(body, { id, time: String(NOW_SECONDS + seconds) }),
    }));
    assert.ok(first && second);
    assert.equal(await secondIs(sender, 200, second, first), 1, sender.name);
  }
});

test("GitHub: a captured body under a new delivery id is a replay, for the id is not signed", async () => {
  const body = github.body();
  const reached = await secondIs(
    github,
    409,
    { body, headers: github.sign(body) },
    { body, headers: github.sign(body) },
  );
  assert.equal(reached, 1);
});

test("GitHub: a known delivery id with another body is a replay", async () => {
  const id = randomUUID();
  const [one, other] = [github.body(), github.body()].map((body) => ({ body, headers: github.sign(body, { id }) }));
  assert.ok(one && other);
  assert.equal(await secondIs(github, 409, other, one), 1);
});

test("a replay that claimed some new ids claims none of them", async () => {
  const { post, host } = hook(github.auth);
  const body = github.body();
  await post(body, github.sign(body));
  const before = host.claims.size;
  await post(body, github.sign(body));
  assert.equal(host.claims.size, before);
});

test("one event sent to two routes has its effect in each", async () => {
  const host = fakeHost({ now: () => NOW });
  const body = stripe.body();
  for (const path of ["/webhooks/one", "/webhooks/two"]) {
    const { post, reached } = hook(stripe.auth, { host, path });
    assert.equal((await post(body, stripe.sign(body))).status, 200);
    assert.equal(reached.length, 1);
  }
});

test("claims are kept for as long as the sender may repeat, or longer when the route says so", async () => {
  const keptSeconds = async (sender: Sender): Promise<number> => {
    const { post, host } = hook(sender.auth);
    const body = sender.body();
    await post(body, sender.sign(body));
    return keptFor(host);
  };
  assert.equal(await keptSeconds(stripe), STRIPE_RETENTION.keepSeconds);
  assert.equal(await keptSeconds(github), GITHUB_RETENTION.keepSeconds);
  const DAY = 86_400;
  for (const [sender, atLeast] of [
    [stripe, 30 * DAY],
    [github, 3 * DAY],
    [standard, 75 * 3600 + 35 * 60 + 5],
  ] as const) {
    // The time is checked when a delivery comes, so the tolerance is part of how long it may.
    assert.ok((await keptSeconds(sender)) >= atLeast + 300);
  }
  const auth = authenticatorForTest(people, "webhook");
  for (const [wanted, kept] of [
    [60, 86_400],
    [86_401, 86_401],
  ] as const) {
    const { send, host } = thing({ auth, replay: claimOnce({ keepSeconds: wanted }) });
    await send();
    assert.equal(keptFor(host), kept);
  }
});

test("a refused delivery is not claimed", async () => {
  const { send, host } = thing({ auth: authenticatorForTest(people, "webhook"), replay: claimOnce() });
  const headers = { "x-test-delivery": randomUUID() };
  assert.equal((await send({ headers, body: "{}" })).status, 400);
  assert.deepEqual(host.statements, []);
  assert.equal((await send({ headers })).status, 201);
});

test("replayHarmless lets a second delivery through", async () => {
  const { send, reached } = thing({
    auth: authenticatorForTest(people, "webhook"),
    replay: replayHarmless("idempotent"),
  });
  const headers = { "x-test-delivery": randomUUID() };
  for (let time = 0; time < 2; time++) assert.equal((await send({ headers })).status, 201);
  assert.equal(reached(), 2);
});

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
