import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { MemberRole } from "@meterr/database/testing";
import type { RouteDefinition } from "@meterr/runtime";
import { addMember, compose, type Composed, type Organisation } from "./support/composed.ts";
import { bearer, controlCredential, requestOf, ROUTE_CASES, type RouteCase } from "./support/route-cases.ts";

let world: Composed;
let mine: Organisation;
let theirs: Organisation;
before(async () => {
  world = await compose();
  mine = await world.organisation();
  theirs = await world.organisation();
});
after(() => world?.close());

/** Everything a client might say of itself that only the server may decide. */
function claims(): Record<string, string> {
  return {
    "x-role": "owner",
    "x-user-role": "owner",
    "x-org-id": theirs.orgId,
    "x-organisation-id": theirs.orgId,
    "x-user-id": theirs.members.owner.userId,
    "x-member-id": theirs.members.owner.id,
    "x-subject-id": theirs.members.owner.id,
    "x-permissions": "*",
    "x-price": "0",
    "x-owner": "true",
    "x-entitlement": "enterprise",
    "x-feature": "all",
    "x-forwarded-for": "203.0.113.9",
    "x-forwarded-host": "evil.example",
    "x-forwarded-user": "owner",
    "x-real-ip": "203.0.113.9",
    "x-original-url": "/api/v1/setup",
    "x-http-method-override": "GET",
    "x-middleware-subrequest": "middleware",
    forwarded: "for=203.0.113.9;host=evil.example",
  };
}

function caseOf({ method, path }: RouteDefinition): RouteCase {
  const found = ROUTE_CASES[`${method} ${path}`];
  assert.ok(found, `no case for ${method} ${path}`);
  return found;
}

/** What differs between two answers to one question by their nature. */
function stable(text: string): string {
  return text.replaceAll(/"(checked_at|request_id|at|until)":"[^"]*"/g, '"$1":""');
}

test("claims in headers give nobody a right they do not have", async () => {
  let refused = 0;
  for (const { definition } of world.dashboard.api.routes) {
    if (definition.auth.kind === "public") continue;
    for (const role of ["viewer", "developer"] as const satisfies MemberRole[]) {
      const target = await caseOf(definition).target(world, { organisation: mine, role });
      const plain = await world.send(requestOf(definition.method, target, bearer(mine.tokens[role])));
      if (plain.status !== 403) continue;
      const before = await world.fingerprint();
      const claimed = await world.send(
        requestOf(definition.method, target, { ...bearer(mine.tokens[role]), ...claims() }),
      );
      assert.deepEqual([claimed.status, claimed.code], [plain.status, plain.code], definition.path);
      assert.equal(await world.fingerprint(), before, `${definition.method} ${definition.path} wrote something`);
      refused += 1;
    }
  }
  assert.ok(refused > 20, `only ${refused} refusals were asked`);
});

test("claims in headers change no answer to a question", async () => {
  let asked = 0;
  for (const { definition } of world.dashboard.api.routes) {
    if (definition.method !== "GET") continue;
    const found = caseOf(definition);
    const caller = { organisation: mine, role: "owner" } as const;
    const target = await found.target(world, caller);
    const credential = controlCredential(world, found, caller);
    const plain = await world.send(requestOf("GET", target, credential));
    const claimed = await world.send(requestOf("GET", target, { ...credential, ...claims() }));
    assert.equal(plain.status, 200, plain.text);
    assert.deepEqual([claimed.status, stable(claimed.text)], [200, stable(plain.text)], definition.path);
    asked += 1;
  }
  assert.ok(asked >= 14);
});

test("claims in headers move no effect to another organisation or another actor", async () => {
  const rowsOfTheirs = async (): Promise<string[]> =>
    (await world.fingerprint()).split("\n").filter((row) => row.includes(theirs.orgId));
  const before = await rowsOfTheirs();
  for (const { definition } of world.dashboard.api.routes) {
    if (definition.method === "GET" || definition.tenant.kind !== "member") continue;
    const target = await caseOf(definition).target(world, { organisation: mine, role: "owner" });
    const headers = { ...bearer(mine.tokens.owner), ...claims() };
    const answer = await world.send(requestOf(definition.method, target, headers));
    assert.ok(answer.status < 400, `${definition.method} ${definition.path}: ${answer.text}`);
  }
  assert.deepEqual(await rowsOfTheirs(), before);
  const { rows } = await world.database.pools.admin.query<{ actor_kind: string; address: string }>(
    "select distinct actor_kind, address from meterr.audit_log_entries where org_id = $1",
    [mine.orgId],
  );
  assert.ok(rows.length > 5);
  for (const row of rows) {
    assert.equal(row.actor_kind, "api_token");
    assert.match(row.address, /^10\./);
  }
});

const FIELDS: Readonly<Record<string, unknown>> = {
  role: "owner",
  roles: ["owner"],
  org_id: randomUUID(),
  organisation_id: randomUUID(),
  tenant_id: randomUUID(),
  member_id: randomUUID(),
  user_id: randomUUID(),
  created_by: randomUUID(),
  price: "0",
  cost_nanousd: "0",
  price_version: "own",
  owner: true,
  is_admin: true,
  permissions: ["*"],
  entitlement: "enterprise",
  feature: "all",
  status: "working",
  simulated: false,
  spent_nanousd: "0",
};

test("a claim in a body is refused aloud and has no effect, on every route that takes one", async () => {
  let asked = 0;
  for (const { definition } of world.dashboard.api.routes) {
    if (definition.input.body === undefined) continue;
    const found = caseOf(definition);
    const caller = { organisation: mine, role: "owner" } as const;
    const target = await found.target(world, caller);
    const before = await world.fingerprint();
    for (const [name, value] of Object.entries(FIELDS)) {
      if (found.takes?.includes(name)) continue;
      const body = { ...target.body, [name]: value };
      const credential = controlCredential(world, found, caller);
      const answer = await world.send(requestOf(definition.method, { ...target, body }, credential));
      const at = `${definition.method} ${definition.path} with ${name}: ${answer.text}`;
      assert.deepEqual([answer.status, answer.code], [400, "invalid_input"], at);
      asked += 1;
    }
    assert.equal(await world.fingerprint(), before, `${definition.method} ${definition.path} wrote something`);
  }
  assert.ok(asked > 200, `only ${asked} claims were made`);
});

test("a claim in the query is refused on every route", async () => {
  for (const { definition } of world.dashboard.api.routes) {
    const found = caseOf(definition);
    const caller = { organisation: mine, role: "owner" } as const;
    const target = await found.target(world, caller);
    const before = await world.fingerprint();
    for (const claim of ["role=owner", `org_id=${theirs.orgId}`, "price=0", "owner=true", "__proto__=owner"]) {
      const request = requestOf(
        definition.method,
        { ...target, path: `${target.path}?${claim}` },
        controlCredential(world, found, caller),
      );
      const answer = await world.send(request);
      const at = `${definition.method} ${definition.path}?${claim}: ${answer.text}`;
      assert.deepEqual([answer.status, answer.code], [400, "invalid_input"], at);
    }
    assert.equal(await world.fingerprint(), before, `${definition.method} ${definition.path} wrote something`);
  }
});

test("a prototype in a body is refused on every route that takes one", async () => {
  for (const { definition } of world.dashboard.api.routes) {
    if (definition.input.body === undefined) continue;
    const found = caseOf(definition);
    const caller = { organisation: mine, role: "owner" } as const;
    for (const planted of ['"__proto__":{"role":"owner"}', '"constructor":{"prototype":{"role":"owner"}}']) {
      const target = await found.target(world, caller);
      const text = JSON.stringify(target.body).replace(/^\{/, `{${planted},`);
      const headers = { "content-type": "application/json", ...controlCredential(world, found, caller) };
      const request = new Request(`http://127.0.0.1:3000${target.path}`, {
        method: definition.method,
        headers,
        body: text,
      });
      const before = await world.fingerprint();
      const answer = await world.send(request);
      assert.equal(answer.status, 400, `${definition.method} ${definition.path}: ${answer.text}`);
      assert.equal(await world.fingerprint(), before);
    }
  }
});

test("a virtual key for a member of another organisation is refused, and for another member to a developer", async () => {
  const path = "/api/v1/virtual-keys";
  const ask = (role: MemberRole, memberId: string) =>
    world.send(
      requestOf("POST", { path, body: { name: "x", mode: "test", member_id: memberId } }, bearer(mine.tokens[role])),
    );
  const before = await world.fingerprint();
  assert.equal((await ask("owner", theirs.members.owner.id)).status, 400);
  assert.equal((await ask("developer", mine.members.owner.id)).status, 403);
  assert.equal(await world.fingerprint(), before);
  assert.equal((await ask("owner", (await addMember(mine, "developer")).id)).status, 201);
});
