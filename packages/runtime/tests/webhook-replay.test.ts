import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { authenticatorForTest, fakeHost, type FakeHost } from "../src/testing/index.ts";
import { claimOnce, GITHUB_RETENTION, replayHarmless, STRIPE_RETENTION } from "../src/webhooks/index.ts";
import { CLAIM } from "../src/webhooks/replay/claim-delivery.ts";
import { codeOf, people, thing } from "./thing-route.ts";
import { hook, NOW, NOW_SECONDS, TENANT, type Sender } from "./webhook-route.ts";
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
