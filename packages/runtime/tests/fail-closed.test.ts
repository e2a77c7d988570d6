import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { authenticatorForTest, fakeHost, type Fault } from "../src/testing/index.ts";
import { codeOf, people, thing } from "./thing-route.ts";

const TABLE: readonly { fault: Fault; answer: string }[] = [
  { fault: "limiter", answer: "503 limiter_unavailable" },
  { fault: "address", answer: "503 limiter_unavailable" },
  { fault: "clock", answer: "503 clock_unavailable" },
  { fault: "database", answer: "503 database_unavailable" },
  { fault: "query", answer: "503 database_unavailable" },
  { fault: "commit", answer: "503 database_unavailable" },
  { fault: "audit", answer: "500 internal_error" },
];

for (const { fault, answer } of TABLE) {
  test(`when the ${fault} fails the answer is ${answer} and nothing is committed`, async () => {
    const host = fakeHost();
    const { send } = thing({
      host,
      handler: async ({ sql, audit }) => {
        await sql.query("insert into things");
        await audit({ action: "thing.created", subject: { type: "thing", id: "7" } });
        return { status: 201, body: {} };
      },
    });
    host.faults.add(fault);
    const response = await send();
    assert.equal(response.headers.get("retry-after"), answer.startsWith("503") ? "5" : null);
    assert.equal(await codeOf(response), answer);
    assert.equal(host.events.includes("commit"), false);
    assert.deepEqual(host.audits, []);
    assert.equal(host.reports.length, 1);
    assert.equal(host.reports[0]?.route, "POST /api/v1/things/:id");
  });
}

test("when credentials cannot be looked up the answer is 503, not 401", async () => {
  const auth = authenticatorForTest(people);
  auth.broken = true;
  const { send, reached } = thing({ auth });
  assert.equal(await codeOf(await send()), "503 identity_unavailable");
  assert.equal(reached(), 0);
});

test("a role check that throws refuses with 503", async () => {
  const { send, reached } = thing({
    authorize: () => {
      throw new Error("roles are away");
    },
  });
  assert.equal(await codeOf(await send()), "503 identity_unavailable");
  assert.equal(reached(), 0);
});

test("a role check that answers something true-like and not true is a refusal", async () => {
  const { send, reached } = thing({ authorize: (() => "yes") as unknown as () => boolean });
  assert.equal(await codeOf(await send()), "403 forbidden");
  assert.equal(reached(), 0);
});

for (const broken of [
  { id: "", memberships: [] },
  { id: "x", memberships: null as unknown as [] },
]) {
  test(`an authenticator that answers ${JSON.stringify(broken)} is not believed`, async () => {
    const { send } = thing({ auth: authenticatorForTest({ ann: broken }) });
    assert.equal(await codeOf(await send()), "503 identity_unavailable");
  });
}

test("a clock that gives no time is a clock that fails", async () => {
  const host = fakeHost({ now: () => new Date(Number.NaN) });
  assert.equal(await codeOf(await thing({ host }).send()), "503 clock_unavailable");
});

test("a failing reporter changes no answer", async () => {
  const host = fakeHost();
  host.faults.add("report").add("database");
  assert.equal(await codeOf(await thing({ host }).send()), "503 database_unavailable");
});

test("what a handler throws is answered as internal_error, without a word of it", async () => {
  const canary = randomBytes(12).toString("hex");
  const { send, host } = thing({
    handler: async ({ sql }) => {
      await sql.query("insert into things");
      throw new Error(`leak ${canary}`);
    },
  });
  const response = await send();
  const text = await response.text();
  assert.equal(response.status, 500);
  assert.equal(text.includes(canary), false);
  assert.equal([...response.headers].flat().join("\n").includes(canary), false);
  assert.deepEqual(host.events.slice(-1), ["rollback"]);
});
