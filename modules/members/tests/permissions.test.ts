import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { OrganisationFixture } from "@meterr/database/testing";
import { PERMISSIONS, ROLES, isGranted, type Role } from "@meterr/identity";
import { freshEmail, openWorld, type Answer, type World } from "./support/world.ts";

let world: World;
let organisation: OrganisationFixture;
const tokens = {} as Record<Role, string>;
before(async () => {
  world = await openWorld();
  organisation = await world.database.createOrganisation();
  for (const role of ROLES) tokens[role] = await world.tokenOf(organisation, organisation.members[role]);
});
after(() => world.close());

interface Cell {
  readonly route: string;
  /** What each role is answered, in the order owner, admin, developer, viewer. */
  readonly answers: readonly [number, number, number, number];
  ask(token: string): Promise<Answer>;
}

/** A member, invitation or token made for the one call, so that cells do not depend on each other. */
async function anyMember(role: Role): Promise<string> {
  const id = randomUUID();
  await organisation.arrange((sql) =>
    sql.query("insert into members (org_id, id, user_id, email, name, role) values ($1, $2, $3, $4, 'Someone', $5)", [
      organisation.orgId,
      id,
      randomUUID(),
      freshEmail(),
      role,
    ]),
  );
  return id;
}

async function invitation(role: Role): Promise<string> {
  const body = { email: freshEmail(), name: "Grace", role };
  return String((await world.call("POST", "/api/v1/members", { token: tokens.owner, body })).body["id"]);
}

async function apiToken(): Promise<string> {
  const made = await world.call("POST", "/api/v1/api-tokens", { token: tokens.owner, body: { name: "temporary" } });
  return String(made.body["id"]);
}

const invite = (role: Role) => (token: string) =>
  world.call("POST", "/api/v1/members", { token, body: { email: freshEmail(), name: "Grace", role } });
const change = (from: Role, to: Role) => async (token: string) =>
  world.call("PATCH", `/api/v1/members/${await anyMember(from)}`, { token, body: { role: to } });
const remove = (role: Role) => async (token: string) =>
  world.call("DELETE", `/api/v1/members/${await anyMember(role)}`, { token });
const withdraw = (role: Role) => async (token: string) =>
  world.call("DELETE", `/api/v1/invitations/${await invitation(role)}`, { token });

const CELLS: readonly Cell[] = [
  {
    route: "GET /api/v1/me",
    answers: [200, 200, 200, 200],
    ask: (token) => world.call("GET", "/api/v1/me", { token }),
  },
  {
    route: "GET /api/v1/members",
    answers: [200, 200, 200, 200],
    ask: (token) => world.call("GET", "/api/v1/members", { token }),
  },
  { route: "POST /api/v1/members: an owner", answers: [201, 403, 403, 403], ask: invite("owner") },
  { route: "POST /api/v1/members: an admin", answers: [201, 201, 403, 403], ask: invite("admin") },
  { route: "POST /api/v1/members: a developer", answers: [201, 201, 403, 403], ask: invite("developer") },
  { route: "POST /api/v1/members: a viewer", answers: [201, 201, 403, 403], ask: invite("viewer") },
  {
    route: "PATCH /api/v1/members/:id: owner to viewer",
    answers: [200, 403, 403, 403],
    ask: change("owner", "viewer"),
  },
  { route: "PATCH /api/v1/members/:id: owner to owner", answers: [200, 403, 403, 403], ask: change("owner", "owner") },
  {
    route: "PATCH /api/v1/members/:id: viewer to owner",
    answers: [200, 403, 403, 403],
    ask: change("viewer", "owner"),
  },
  {
    route: "PATCH /api/v1/members/:id: viewer to admin",
    answers: [200, 200, 403, 403],
    ask: change("viewer", "admin"),
  },
  {
    route: "PATCH /api/v1/members/:id: admin to viewer",
    answers: [200, 200, 403, 403],
    ask: change("admin", "viewer"),
  },
  { route: "DELETE /api/v1/members/:id: an owner", answers: [204, 403, 403, 403], ask: remove("owner") },
  { route: "DELETE /api/v1/members/:id: an admin", answers: [204, 204, 403, 403], ask: remove("admin") },
  { route: "DELETE /api/v1/members/:id: a developer", answers: [204, 204, 403, 403], ask: remove("developer") },
  { route: "DELETE /api/v1/members/:id: a viewer", answers: [204, 204, 403, 403], ask: remove("viewer") },
  { route: "DELETE /api/v1/invitations/:id: an owner's", answers: [204, 403, 403, 403], ask: withdraw("owner") },
  { route: "DELETE /api/v1/invitations/:id: a viewer's", answers: [204, 204, 403, 403], ask: withdraw("viewer") },
  {
    route: "POST /api/v1/invitations/join: with an API token",
    answers: [403, 403, 403, 403],
    ask: (token) => world.call("POST", "/api/v1/invitations/join", { token, body: { token: "x".repeat(43) } }),
  },
  {
    route: "GET /api/v1/api-tokens",
    answers: [200, 200, 403, 200],
    ask: (token) => world.call("GET", "/api/v1/api-tokens", { token }),
  },
  {
    route: "POST /api/v1/api-tokens",
    answers: [201, 201, 403, 403],
    ask: (token) => world.call("POST", "/api/v1/api-tokens", { token, body: { name: "report" } }),
  },
  {
    route: "DELETE /api/v1/api-tokens/:id",
    answers: [204, 204, 403, 403],
    ask: async (token) => world.call("DELETE", `/api/v1/api-tokens/${await apiToken()}`, { token }),
  },
];

for (const { route, answers, ask } of CELLS) {
  for (const [index, role] of ROLES.entries()) {
    test(`${route}, asked by ${role}: ${answers[index]}`, async () => {
      const audits = world.audits.length;
      const answer = await ask(tokens[role]);
      assert.equal(answer.status, answers[index], answer.text);
      if (answer.status === 403) {
        assert.equal(answer.body["code"], "forbidden");
        const since = world.audits.slice(audits).filter(({ requestId }) => requestId === answer.body["request_id"]);
        assert.deepEqual(since, [], "a refusal records no effect");
      }
    });
  }
}

for (const role of ROLES) {
  test(`a ${role} may leave`, async () => {
    const id = await anyMember(role);
    const token = await world.tokenOf(organisation, { ...organisation.members[role], id });
    assert.equal((await world.call("DELETE", `/api/v1/members/${id}`, { token })).status, 204);
    assert.equal((await world.call("GET", "/api/v1/me", { token })).status, 401);
  });

  test(`a ${role} is told exactly the permissions of the table`, async () => {
    const { body } = await world.call("GET", "/api/v1/me", { token: tokens[role] });
    const granted = (Object.keys(PERMISSIONS) as (keyof typeof PERMISSIONS)[]).filter((name) => isGranted(role, name));
    assert.deepEqual([body["role"], body["permissions"]], [role, granted]);
  });
}

test("the table covers every route of the module", () => {
  const covered = new Set(
    CELLS.map(({ route }) =>
      route
        .split(":")
        .slice(0, route.includes("/:id") ? 2 : 1)
        .join(":"),
    ),
  );
  const publicRoutes = world.routes.routes.filter(({ definition }) => definition.auth.kind === "public");
  assert.deepEqual(
    publicRoutes.map(({ definition }) => `${definition.method} ${definition.path}`),
    ["GET /api/v1/setup", "POST /api/v1/setup", "POST /api/v1/invitations/accept"],
  );
  for (const { definition } of world.routes.routes) {
    if (definition.auth.kind === "public") continue;
    assert.ok(covered.has(`${definition.method} ${definition.path}`), `${definition.method} ${definition.path}`);
  }
});

test("without a credential, or with one that is none, every route but the public ones is 401", async () => {
  for (const { definition } of world.routes.routes) {
    if (definition.auth.kind === "public") continue;
    const path = definition.path.replace(":id", randomUUID());
    for (const token of [undefined, "mtr_api_x"]) {
      const answer = await world.call(definition.method, path, token === undefined ? {} : { token });
      assert.equal(answer.status, 401, `${definition.method} ${path}`);
    }
  }
});
