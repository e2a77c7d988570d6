import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { fakeHost } from "../src/testing/index.ts";
import { ANN, codeOf, ONE, people, thing, TWO } from "./thing-route.ts";
import { authenticatorForTest } from "../src/testing/index.ts";

const keyed = (key: string): Record<string, string> => ({ "idempotency-key": key });

test("a repetition answers the same and has no second effect", async () => {
  const { send, reached, host } = thing();
  const headers = keyed(randomUUID());
  const first = await send({ headers });
  const second = await send({ headers });
  assert.equal(first.headers.get("idempotent-replayed"), null);
  assert.equal(second.headers.get("idempotent-replayed"), "true");
  assert.equal(second.status, 201);
  assert.deepEqual(await second.json(), await first.json());
  assert.equal(reached(), 1);
  assert.equal(host.events.filter((event) => event === "commit").length, 1);
});

test("a quoted and a bare Idempotency-Key are the same", async () => {
  const { send, reached } = thing();
  const key = randomUUID();
  await send({ headers: keyed(key) });
  await send({ headers: keyed(`"${key}"`) });
  assert.equal(reached(), 1);
});

test("a secret that is shown once is not in the repetition", async () => {
  const { send, host } = thing({
    handler: async () => ({ status: 201, body: { id: "7", secret: "shown once" }, replayBody: { id: "7" } }),
  });
  const headers = keyed(randomUUID());
  assert.deepEqual(await (await send({ headers })).json(), { id: "7", secret: "shown once" });
  assert.deepEqual(await (await send({ headers })).json(), { id: "7" });
  assert.equal(JSON.stringify(host.statements).includes("shown once"), false);
});

test("a replay body of null is kept as null", async () => {
  const { send } = thing({ handler: async () => ({ status: 201, body: { secret: "x" }, replayBody: null }) });
  const headers = keyed(randomUUID());
  await send({ headers });
  assert.equal(await (await send({ headers })).json(), null);
});

test("the same Idempotency-Key for another body, path or query is refused with 422", async () => {
  const { send, reached } = thing();
  const headers = keyed(randomUUID());
  await send({ headers });
  for (const change of [
    { body: JSON.stringify({ name: "desk" }) },
    { url: "https://site.test/api/v1/things/8" },
    { url: "https://site.test/api/v1/things/7?dry=yes" },
  ]) {
    assert.equal(await codeOf(await send({ headers, ...change })), "422 idempotency_key_reused");
  }
  assert.equal(reached(), 1);
});

test("a repetition while the first is still running is refused with 409", async () => {
  const started = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const { send, reached } = thing({
    handler: async () => {
      started.resolve();
      await go.promise;
      return { status: 201 };
    },
  });
  const headers = keyed(randomUUID());
  const first = send({ headers });
  await started.promise;
  const second = await send({ headers });
  assert.equal(second.headers.get("retry-after"), "1");
  assert.equal(await codeOf(second), "409 idempotency_in_progress");
  go.resolve();
  assert.equal((await first).status, 201);
  assert.equal(reached(), 1);
});

test("a failed request leaves the Idempotency-Key free", async () => {
  let fail = true;
  const { send, reached } = thing({
    handler: async () => {
      if (fail) throw new Error("not now");
      return { status: 201 };
    },
  });
  const headers = keyed(randomUUID());
  assert.equal((await send({ headers })).status, 500);
  fail = false;
  assert.equal((await send({ headers })).status, 201);
  assert.equal(reached(), 2);
});

test("another person's and another organisation's Idempotency-Keys are their own", async () => {
  const other = { id: "user-other", memberships: people.ann.memberships };
  const { send, reached } = thing({ auth: authenticatorForTest({ ...people, other }) });
  const key = randomUUID();
  for (const [person, tenant] of [
    ["ann", ONE],
    ["other", ONE],
    ["both", ONE],
    ["both", TWO],
  ] as const) {
    await send({ headers: { ...keyed(key), "x-test-credential": person, "x-tenant-id": tenant } });
  }
  assert.equal(reached(), 4);
});

test("a day later the same Idempotency-Key is a new wish", async () => {
  let now = new Date();
  const host = fakeHost({ now: () => now });
  const { send, reached } = thing({ host });
  const headers = keyed(randomUUID());
  await send({ headers });
  now = new Date(now.getTime() + 25 * 3_600_000);
  const later = await send({ headers });
  assert.equal(later.headers.get("idempotent-replayed"), null);
  assert.equal(reached(), 2);
});

for (const key of ["", "x".repeat(256), "two words", "tab\there", "é", '"half', '""']) {
  test(`the Idempotency-Key ${JSON.stringify(key.slice(0, 12))} is refused`, async () => {
    const { send, reached } = thing();
    assert.equal(await codeOf(await send({ headers: keyed(key) })), "400 invalid_request");
    assert.equal(reached(), 0);
  });
}

test("a route that keeps none refuses an Idempotency-Key instead of ignoring it", async () => {
  const { send, reached } = thing({ idempotency: "none" });
  assert.equal(await codeOf(await send({ headers: keyed(ANN) })), "400 invalid_request");
  assert.equal(reached(), 0);
});

test("an earlier row that was not yet visible is a conflict, not a fault", async () => {
  const inner = fakeHost({
    answer: () => ({ rows: [], rowCount: 0 }),
  });
  const host: typeof inner = {
    ...inner,
    withTenant: (tenant, fn) =>
      inner.withTenant(tenant, (sql) =>
        fn({
          query: (text, values) => {
            if (text.startsWith("insert into idempotency_keys")) {
              throw Object.assign(new Error("duplicate"), { code: "23505" });
            }
            return sql.query(text, values);
          },
        }),
      ),
  };
  assert.equal(await codeOf(await thing({ host }).send({ headers: keyed("a") })), "409 idempotency_in_progress");
});

test("bytes and streams cannot be repeated, so a keyed request says what is, or has no effect", async () => {
  const headers = { "content-type": "text/csv" };
  for (const make of [() => new TextEncoder().encode("a,b"), () => new Blob(["a,b"]).stream()]) {
    const silent = thing({ handler: async () => ({ status: 200, headers, body: make() }) });
    assert.equal(await codeOf(await silent.send({ headers: keyed(randomUUID()) })), "500 internal_error");
    assert.equal(silent.host.idempotencyRows.size, 0);
    assert.equal(await (await silent.send()).text(), "a,b");
    const said = thing({ handler: async () => ({ status: 200, headers, body: make(), replayBody: { rows: 1 } }) });
    const key = keyed(randomUUID());
    assert.equal(await (await said.send({ headers: key })).text(), "a,b");
    assert.deepEqual(await (await said.send({ headers: key })).json(), { rows: 1 });
  }
});
