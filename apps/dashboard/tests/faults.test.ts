import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { RouteDefinition } from "@meterr/runtime";
import { compose, type Answer, type Composed, type Organisation } from "./support/composed.ts";
import { bearer, browsing, controlCredential, requestOf, ROUTE_CASES } from "./support/route-cases.ts";

let world: Composed;
let organisation: Organisation;
before(async () => {
  world = await compose();
  organisation = await world.organisation();
});
after(() => world?.close());

interface Asked {
  readonly definition: RouteDefinition;
  readonly name: string;
  send(): Promise<Answer>;
}

/** A request for every route, made while everything works. */
async function everyRoute(
  credential?: (found: { by?: "grace" | "nobody" }) => Record<string, string>,
): Promise<Asked[]> {
  const made: Asked[] = [];
  for (const { definition } of world.dashboard.api.routes) {
    const { method, path } = definition;
    const found = ROUTE_CASES[`${method} ${path}`];
    assert.ok(found, `no case for ${method} ${path}`);
    const caller = { organisation, role: "owner" } as const;
    const target = await found.target(world, caller);
    const headers = credential?.(found) ?? controlCredential(world, found, caller);
    const request = requestOf(method, target, headers);
    made.push({ definition, name: `${method} ${path}`, send: () => world.send(request) });
  }
  return made;
}

function assertUnavailable(answer: Answer, code: string | readonly string[], at: string): void {
  const said = `${at}: ${answer.status} ${answer.text}`;
  assert.equal(answer.status, 503, said);
  assert.ok([code].flat().includes(String(answer.code)), said);
  assert.ok(Number(answer.headers.get("retry-after")) > 0, said);
  assert.equal(answer.headers.get("content-type"), "application/problem+json", said);
  assert.equal(answer.body["request_id"], answer.headers.get("x-request-id"), said);
  assert.doesNotMatch(answer.text, /ECONN|ENOENT|PGSQL|\.sock|socket|postgres|node:|\/tmp|at .*\.ts/i, said);
}

test("with the database gone every route is 503, writes nothing, and works again when it is back", async () => {
  const asked = await everyRoute();
  const before = await world.fingerprint();
  await world.databaseLink.cut();
  try {
    for (const { definition, name, send } of asked) {
      // Credentials are looked up there too; a public route gets as far as its own question.
      const code = definition.auth.kind === "public" ? "database_unavailable" : "identity_unavailable";
      assertUnavailable(await send(), code, name);
    }
    assert.equal(await world.fingerprint(), before);
  } finally {
    await world.databaseLink.mend();
  }
  for (const { name, send } of await everyRoute()) {
    organisation = await world.organisation();
    const answer = await send();
    assert.ok(answer.status < 400, `control after mending: ${name}: ${answer.text}`);
  }
});

test("with the identity pool gone a session or a JWT is 503 on every route, and no account is made or joined", async () => {
  for (const kind of ["session", "jwt"] as const) {
    organisation = await world.organisation();
    const tenant = { "x-tenant-id": organisation.orgId };
    const asked = await everyRoute(({ by }) => {
      if (by === "nobody") return {};
      const person = by === "grace" ? world.grace : world.ada;
      return { ...(kind === "session" ? browsing(person.cookie) : bearer(person.jwt)), ...tenant };
    });
    const before = await world.fingerprint();
    await world.identityLink.cut();
    try {
      for (const { definition, name, send } of asked) {
        // Whether setup is open is no question of identity.
        if (name === "GET /api/v1/setup") continue;
        const code = definition.auth.kind === "public" ? "database_unavailable" : "identity_unavailable";
        assertUnavailable(await send(), code, `${kind}: ${name}`);
      }
      assert.equal(await world.fingerprint(), before);
    } finally {
      await world.identityLink.mend();
    }
  }
});

test("with the identity pool gone an API token still works, for it needs no session", async () => {
  await world.identityLink.cut();
  try {
    const target = { path: "/api/v1/members" };
    const answer = await world.send(requestOf("GET", target, bearer(organisation.tokens.owner)));
    assert.equal(answer.status, 200, answer.text);
  } finally {
    await world.identityLink.mend();
  }
});

test("with the key service gone, what needs it is 503 and writes nothing, and everything else goes on", async () => {
  // Its organisation was never sealed for, so no verified key of it is held.
  organisation = await world.organisation();
  const needs = new Map<string, string>([
    ["POST /api/v1/provider-secrets", "dependency_unavailable"],
    ["GET /api/v1/audit-log/head", "audit_head_unavailable"],
    ["GET /api/v1/audit-log/verify", "audit_head_unavailable"],
  ]);
  const caller = { organisation, role: "owner" } as const;
  const target = async (name: string) => (await ROUTE_CASES[name]?.target(world, caller)) ?? { path: "" };
  const before = await world.fingerprint();
  await world.keyService.kill();
  try {
    for (const [name, code] of needs) {
      const request = requestOf(name.split(" ")[0] ?? "", await target(name), bearer(organisation.tokens.owner));
      assertUnavailable(await world.send(request), code, name);
    }
    assert.equal(await world.fingerprint(), before);
    let others = 0;
    for (const { definition } of world.dashboard.api.routes) {
      const name = `${definition.method} ${definition.path}`;
      const found = ROUTE_CASES[name];
      if (found === undefined || needs.has(name) || name.includes("provider-secrets/:id")) continue;
      const credential = controlCredential(world, found, caller);
      const answer = await world.send(requestOf(definition.method, await target(name), credential));
      assert.ok(answer.status < 400, `${name}: ${answer.text}`);
      others += 1;
    }
    assert.ok(others > 20);
  } finally {
    await world.keyService.revive();
  }
  for (const name of needs.keys()) {
    const request = requestOf(name.split(" ")[0] ?? "", await target(name), bearer(organisation.tokens.owner));
    const answer = await world.send(request);
    assert.ok(answer.status < 400, `control after reviving: ${name}: ${answer.text}`);
  }
});

test("while the key service restarts, an organisation whose key was verified a moment ago can still seal", async () => {
  const made = await world.organisation();
  const path = "/api/v1/provider-secrets";
  const seal = async () => {
    const target = await ROUTE_CASES[`POST ${path}`]?.target(world, { organisation: made, role: "owner" });
    return world.send(requestOf("POST", target ?? { path }, bearer(made.tokens.owner)));
  };
  assert.equal((await seal()).status, 201);
  await world.keyService.kill();
  try {
    assert.equal((await seal()).status, 201);
  } finally {
    await world.keyService.revive();
  }
});

test("an organisation whose published key was replaced is not sealed for", async () => {
  const made = await world.organisation();
  const other = await world.organisation();
  world.keyService.intervene = async (operation, orgId) =>
    operation === "POST /organisation-keys/current" && orgId === made.orgId
      ? { status: 200, body: await world.keyService.keyring.make(other.orgId) }
      : undefined;
  try {
    const before = await world.fingerprint();
    const target = await ROUTE_CASES["POST /api/v1/provider-secrets"]?.target(world, {
      organisation: made,
      role: "owner",
    });
    const answer = await world.send(requestOf("POST", target ?? { path: "" }, bearer(made.tokens.owner)));
    assertUnavailable(answer, "dependency_unavailable", "a substituted key");
    assert.equal(await world.fingerprint(), before);
  } finally {
    world.keyService.intervene = null;
  }
});
