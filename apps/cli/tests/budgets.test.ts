import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test, type TestContext } from "node:test";
import { runCommand } from "./support/run-command.ts";
import { stubApi, type StubAnswer } from "./support/stub-api.ts";

const [ann, bob] = [randomUUID(), randomUUID()];
const members = [
  { id: ann, email: "ann@example.com", name: "Ann", role: "owner", status: "active" },
  { id: bob, email: "bob@example.com", name: "Bob", role: "developer", status: "active" },
];
const budgetOf = (member: string | null, limit: string) => ({
  id: randomUUID(),
  scope: member === null ? "organisation" : "member",
  member_id: member,
  limit_nanousd: limit,
  spent_nanousd: "1250000000",
  reserved_nanousd: "0",
});

async function budgets(t: TestContext, answer: StubAnswer, ...args: string[]) {
  const api = await stubApi(t, ({ url }) => {
    if (!url.startsWith("/api/v1/members")) return answer;
    // Two pages, so that whoever stands on the second is found too.
    return { status: 200, body: url.includes("cursor=2") ? page(members.slice(1)) : page(members.slice(0, 1), "2") };
  });
  const ran = await runCommand(["budgets", ...args], { env: { METERR_URL: api.origin, METERR_API_TOKEN: "token" } });
  return { ...ran, asked: api.seen.at(-1) };
}

function page(items: readonly unknown[], next: string | null = null) {
  return { items, next_cursor: next };
}

test("a member's budget is set by e-mail address, in exact dollars", async (t) => {
  const ran = await budgets(
    t,
    { status: 200, body: budgetOf(bob, "50000000000") },
    "set",
    "--member",
    "Bob@example.com",
    "--limit-usd",
    "50",
  );
  assert.equal(ran.code, 0, ran.err);
  assert.deepEqual([ran.asked?.method, ran.asked?.url], ["PUT", `/api/v1/budgets/members/${bob}`]);
  assert.deepEqual(ran.asked?.body, { limit_usd: "50" });
  assert.match(ran.out, /The budget of bob@example.com is \$50\.00, of which \$1\.25 is spent/);
});

test("the organisation's budget is set and removed", async (t) => {
  const body = budgetOf(null, "500000000000");
  const set = await budgets(t, { status: 200, body }, "set", "--organisation", "--limit-usd", "500", "--json");
  assert.equal(set.code, 0, set.err);
  assert.equal(set.asked?.url, "/api/v1/budgets/organisation");
  assert.deepEqual(JSON.parse(set.out), body);
  const removed = await budgets(t, { status: 204 }, "remove", "--organisation");
  assert.equal(removed.code, 0, removed.err);
  assert.deepEqual([removed.asked?.method, removed.asked?.url], ["DELETE", "/api/v1/budgets/organisation"]);
});

test("the list names whose each budget is", async (t) => {
  const body = page([budgetOf(null, "500000000000"), budgetOf(bob, "50000000000")]);
  const ran = await budgets(t, { status: 200, body }, "list");
  assert.equal(ran.code, 0, ran.err);
  assert.match(ran.out, /the organisation +\$1\.25 +\$0\.00 +\$500\.00/);
  assert.match(ran.out, /bob@example\.com +\$1\.25 +\$0\.00 +\$50\.00/);
  const json = await budgets(t, { status: 200, body }, "list", "--json");
  assert.deepEqual(JSON.parse(json.out), body);
});

test("nobody, both, an unknown member and no amount are wrong usage, and change nothing", async (t) => {
  for (const args of [
    ["set", "--limit-usd", "5"],
    ["set", "--limit-usd", "5", "--organisation", "--member", "bob@example.com"],
    ["set", "--limit-usd", "5", "--member", "eve@example.com"],
    ["set", "--limit-usd", "5", "--member", randomUUID()],
    ["set", "--organisation", "--limit-usd", "five"],
    ["set", "--organisation"],
    ["remove"],
  ]) {
    const ran = await budgets(t, { status: 500 }, ...args);
    assert.equal(ran.code, 2, `${args.join(" ")}: ${ran.err}`);
    assert.ok(ran.asked === undefined || ran.asked.method === "GET");
  }
});
