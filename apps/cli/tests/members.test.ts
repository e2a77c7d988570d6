import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { test, type TestContext } from "node:test";
import { runCommand } from "./support/run-command.ts";
import { stubApi, type StubAnswer } from "./support/stub-api.ts";

const [ann, bob, invitation] = [randomUUID(), randomUUID(), randomUUID()];
const people = [
  { id: ann, email: "ann@example.com", name: "Ann", role: "owner", status: "active" },
  { id: invitation, email: "bob@example.com", name: "Bob", role: "viewer", status: "invited" },
  { id: bob, email: "bob@example.com", name: "Bob", role: "developer", status: "active" },
  { id: randomUUID(), email: "eve@example.com", name: "Eve", role: "viewer", status: "invited" },
];

async function members(t: TestContext, answer: StubAnswer, ...args: string[]) {
  const api = await stubApi(t, ({ method }) =>
    method === "GET" ? { status: 200, body: { items: people, next_cursor: null } } : answer,
  );
  const env = { METERR_URL: api.origin, METERR_API_TOKEN: "token" };
  const ran = await runCommand(["members", ...args], { env });
  return { ...ran, origin: api.origin, asked: api.seen.findLast(({ method }) => method !== "GET") };
}

test("the list shows members and invitations", async (t) => {
  const ran = await members(t, { status: 500 }, "list");
  assert.equal(ran.code, 0, ran.err);
  assert.match(ran.out, /ann@example\.com +Ann +owner +active/);
  assert.match(ran.out, /eve@example\.com +Eve +viewer +invited/);
  const json = await members(t, { status: 500 }, "list", "--json");
  assert.equal((JSON.parse(json.out) as { items: unknown[] }).items.length, people.length);
});

test("an invitation is answered with a link whose token no server sees", async (t) => {
  const token = randomBytes(32).toString("base64url");
  const made = { ...people[3], invitation_token: token, expires_at: "2026-11-29T12:00:00.000Z" };
  const args = ["invite", "--email", "eve@example.com", "--name", "Eve", "--role", "viewer"];
  const ran = await members(t, { status: 201, body: made }, ...args);
  assert.equal(ran.code, 0, ran.err);
  assert.deepEqual(ran.asked?.body, { email: "eve@example.com", name: "Eve", role: "viewer" });
  assert.ok(ran.out.includes(`${ran.origin}/join#token=${token}`));
  const json = await members(t, { status: 201, body: made }, ...args, "--json");
  assert.equal((JSON.parse(json.out) as { link: string }).link, `${json.origin}/join#token=${token}`);
});

test("a role is changed by e-mail address, of who has joined", async (t) => {
  const ran = await members(t, { status: 200, body: people[2] }, "set-role", "BOB@example.com", "--role", "admin");
  assert.equal(ran.code, 0, ran.err);
  assert.deepEqual([ran.asked?.method, ran.asked?.url], ["PATCH", `/api/v1/members/${bob}`]);
  assert.deepEqual(ran.asked?.body, { role: "admin" });
  const notYet = await members(t, { status: 500 }, "set-role", "eve@example.com", "--role", "admin");
  assert.equal(notYet.code, 2);
  assert.match(notYet.err, /invited and has not joined yet/);
});

test("a member is removed, and an invitation withdrawn", async (t) => {
  const removed = await members(t, { status: 204 }, "remove", "bob@example.com");
  assert.equal(removed.code, 0, removed.err);
  assert.deepEqual([removed.asked?.method, removed.asked?.url], ["DELETE", `/api/v1/members/${bob}`]);
  const withdrawn = await members(t, { status: 204 }, "remove", invitation, "--json");
  assert.equal(withdrawn.asked?.url, `/api/v1/invitations/${invitation}`);
  assert.deepEqual(JSON.parse(withdrawn.out), {
    id: invitation,
    email: "bob@example.com",
    invitation_withdrawn: true,
  });
});

test("nobody of that name, and no role there is, are wrong usage and change nothing", async (t) => {
  for (const args of [
    ["remove", "nobody@example.com"],
    ["remove", randomUUID()],
    ["set-role", "ann@example.com", "--role", "emperor"],
    ["set-role", "ann@example.com"],
    ["invite", "--email", "x@example.com", "--name", "X"],
  ]) {
    const ran = await members(t, { status: 500 }, ...args);
    assert.equal(ran.code, 2, `${args.join(" ")}: ${ran.err}`);
    assert.equal(ran.asked, undefined);
  }
});
