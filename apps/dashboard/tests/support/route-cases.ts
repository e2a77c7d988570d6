import { randomBytes, randomUUID } from "node:crypto";
import type { MemberRole } from "@meterr/database/testing";
import { hashToken } from "@meterr/vault";
import { addMember, ORIGIN, type Composed, type Organisation } from "./composed.ts";

export interface Caller {
  readonly organisation: Organisation;
  readonly role: MemberRole;
}

export interface Target {
  readonly path: string;
  readonly body?: Record<string, unknown>;
}

type World = Pick<Composed, "database" | "ada" | "grace" | "dashboard">;

/** How one route is asked, after making whatever it acts on. */
export interface RouteCase {
  /** A request that is answered below 400 for whoever may; what it acts on belongs to the caller. */
  target(world: World, caller: Caller): Promise<Target>;
  /** Only where the route's permission is not the whole answer: whether a role's API token may. */
  readonly allows?: (role: MemberRole) => boolean;
  /** Whose credential the control carries; default the owner's API token. */
  readonly by?: "grace" | "nobody";
  /** Fields that look like claims and are input here, judged by the handler. */
  readonly takes?: readonly string[];
}

const API = "/api/v1";
const at =
  (path: string): RouteCase["target"] =>
  async () => ({ path: `${API}${path}` });
const managers = (role: MemberRole): boolean => role === "owner" || role === "admin";

/** Every mounted route. One that is missing here fails the tests. */
export const ROUTE_CASES: Readonly<Record<string, RouteCase>> = {
  "GET /api/v1/audit-log/entries": { target: at("/audit-log/entries") },
  "GET /api/v1/audit-log/head": { target: at("/audit-log/head") },
  "GET /api/v1/audit-log/verify": { target: at("/audit-log/verify") },

  "GET /api/v1/budgets": { target: at("/budgets") },
  "PUT /api/v1/budgets/organisation": {
    target: async () => ({ path: `${API}/budgets/organisation`, body: { limit_usd: "500" } }),
  },
  "DELETE /api/v1/budgets/organisation": {
    target: async (_, caller) => {
      await budgetOf(caller, "organisation", caller.organisation.orgId);
      return { path: `${API}/budgets/organisation` };
    },
  },
  "PUT /api/v1/budgets/members/:id": {
    target: async (_, { organisation }) => ({
      path: `${API}/budgets/members/${organisation.members.developer.id}`,
      body: { limit_usd: "50" },
    }),
  },
  "DELETE /api/v1/budgets/members/:id": {
    target: async (_, caller) => {
      const { id } = await addMember(caller.organisation, "developer");
      await budgetOf(caller, "member", id);
      return { path: `${API}/budgets/members/${id}` };
    },
  },

  "GET /api/v1/setup": { target: at("/setup"), by: "nobody" },
  "POST /api/v1/setup": {
    by: "nobody",
    target: async (world) => ({
      path: `${API}/setup`,
      body: { setup_token: await openSetup(world), organisation: "New", name: "First", ...newAccount() },
    }),
  },
  "GET /api/v1/me": { target: at("/me"), allows: () => true },
  "GET /api/v1/members": { target: at("/members") },
  "POST /api/v1/members": {
    takes: ["role"],
    target: async () => ({ path: `${API}/members`, body: { email: newEmail(), name: "Invited", role: "viewer" } }),
  },
  "PATCH /api/v1/members/:id": {
    takes: ["role"],
    target: async (_, { organisation }) => ({
      path: `${API}/members/${(await addMember(organisation, "viewer")).id}`,
      body: { role: "developer" },
    }),
  },
  "DELETE /api/v1/members/:id": {
    // The gate lets every member in, since everybody may leave; removing another is judged behind it.
    allows: managers,
    target: async (_, { organisation }) => ({
      path: `${API}/members/${(await addMember(organisation, "viewer")).id}`,
    }),
  },
  "DELETE /api/v1/invitations/:id": {
    target: async (_, { organisation }) => ({ path: `${API}/invitations/${(await invite(organisation)).id}` }),
  },
  "POST /api/v1/invitations/accept": {
    by: "nobody",
    target: async (_, { organisation }) => ({
      path: `${API}/invitations/accept`,
      body: { token: (await invite(organisation)).token, password: newAccount().password },
    }),
  },
  "POST /api/v1/invitations/join": {
    by: "grace",
    // A person joins, never a program.
    allows: () => false,
    target: async ({ grace }, { organisation }) => ({
      path: `${API}/invitations/join`,
      body: { token: (await invite(organisation, grace.email)).token },
    }),
  },
  "GET /api/v1/api-tokens": { target: at("/api-tokens") },
  "POST /api/v1/api-tokens": {
    target: async () => ({ path: `${API}/api-tokens`, body: { name: "report" } }),
  },
  "DELETE /api/v1/api-tokens/:id": {
    target: async (_, caller) => ({ path: `${API}/api-tokens/${await apiTokenOf(caller)}` }),
  },

  "GET /api/v1/model-prices": { target: at("/model-prices") },
  "POST /api/v1/model-prices": {
    target: async () => ({
      path: `${API}/model-prices`,
      body: {
        provider: "openai",
        model: `own-${randomBytes(4).toString("hex")}`,
        prices: { input_usd_per_million: "1", output_usd_per_million: "2" },
      },
    }),
  },

  "GET /api/v1/provider-secrets": { target: at("/provider-secrets") },
  "POST /api/v1/provider-secrets": {
    target: async () => ({ path: `${API}/provider-secrets`, body: newSecret() }),
  },
  "GET /api/v1/provider-secrets/:id": {
    target: async (world, caller) => ({ path: `${API}/provider-secrets/${await secretOf(world, caller)}` }),
  },
  "DELETE /api/v1/provider-secrets/:id": {
    target: async (world, caller) => ({ path: `${API}/provider-secrets/${await secretOf(world, caller)}` }),
  },
  "POST /api/v1/provider-secrets/:id/versions": {
    target: async (world, caller) => ({
      path: `${API}/provider-secrets/${await secretOf(world, caller)}/versions`,
      body: { secret: newSecret().secret },
    }),
  },

  "POST /api/v1/token-count": {
    target: async () => ({
      path: `${API}/token-count`,
      body: { text: "hello there", model: "gpt-4o-mini", provider: "openai" },
    }),
  },

  "GET /api/v1/usage/events": { target: at("/usage/events") },
  "GET /api/v1/usage/refusals": { target: at("/usage/refusals") },
  "GET /api/v1/usage/summary": { target: at("/usage/summary") },
  "POST /api/v1/usage": {
    target: async () => ({
      path: `${API}/usage`,
      body: { provider: "openai", model: "gpt-4o-mini", usage: { input: 1000, output: 10 } },
    }),
  },

  "GET /api/v1/virtual-keys": { target: at("/virtual-keys") },
  "POST /api/v1/virtual-keys": {
    takes: ["member_id"],
    target: async () => ({ path: `${API}/virtual-keys`, body: { name: "app", mode: "test" } }),
  },
  "GET /api/v1/virtual-keys/:id": {
    target: async (_, caller) => ({ path: `${API}/virtual-keys/${await virtualKeyOf(caller)}` }),
  },
  "PATCH /api/v1/virtual-keys/:id": {
    target: async (_, caller) => ({
      path: `${API}/virtual-keys/${await virtualKeyOf(caller)}`,
      body: { limit_usd: "1.5" },
    }),
  },
  "DELETE /api/v1/virtual-keys/:id": {
    target: async (_, caller) => ({ path: `${API}/virtual-keys/${await virtualKeyOf(caller)}` }),
  },
};

/** The request itself, with the headers of a credential or of none. */
export function requestOf(method: string, target: Target, headers: Record<string, string> = {}): Request {
  return new Request(`${ORIGIN}${target.path}`, {
    method,
    headers: { ...(target.body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(target.body === undefined ? {} : { body: JSON.stringify(target.body) }),
  });
}

export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

/** A browser of this site. */
export function browsing(cookie: string): Record<string, string> {
  return { cookie, origin: ORIGIN };
}

/** The credential of a route's positive control. */
export function controlCredential(
  world: World,
  { by }: RouteCase,
  { organisation, role }: Caller,
): Record<string, string> {
  if (by === "nobody") return {};
  return by === "grace" ? browsing(world.grace.cookie) : bearer(organisation.tokens[role]);
}

export async function openSetup(world: Pick<World, "database">): Promise<string> {
  const token = randomBytes(32).toString("base64url");
  await world.database.pools.owner.query(
    `insert into instance (id, setup_token_hash) values ($1, $2)
     on conflict (singleton) do update set setup_token_hash = excluded.setup_token_hash, setup_completed_at = null`,
    [randomUUID(), hashToken(token)],
  );
  return token;
}

export async function invite(organisation: Organisation, email = newEmail()): Promise<{ id: string; token: string }> {
  const [id, token] = [randomUUID(), randomBytes(32).toString("base64url")];
  const { orgId, members, arrange } = organisation;
  await arrange(async (sql) => {
    await sql.query(
      "update invitations set revoked_at = now() where org_id = $1 and email = $2 and revoked_at is null",
      [orgId, email],
    );
    await sql.query(
      `insert into invitations (org_id, id, email, name, role, hash, invited_by, expires_at)
       values ($1, $2, $3, 'Invited', 'viewer', $4, $5, now() + interval '1 day')`,
      [orgId, id, email, hashToken(token), members.owner.id],
    );
  });
  return { id, token };
}

async function apiTokenOf({ organisation, role }: Caller): Promise<string> {
  const id = randomUUID();
  await organisation.arrange((sql) =>
    sql.query("insert into api_tokens (org_id, id, member_id, name, hash, display) values ($1, $2, $3, 'x', $4, $5)", [
      organisation.orgId,
      id,
      organisation.members[role].id,
      randomBytes(32),
      "mtr_api_test",
    ]),
  );
  return id;
}

async function budgetOf({ organisation }: Caller, scope: "organisation" | "member", id: string): Promise<void> {
  await organisation.arrange((sql) =>
    sql.query(
      `insert into budgets (org_id, id, scope, scope_id, limit_nanousd) values ($1, $2, $3, $4, 1000000000)
       on conflict (org_id, scope, scope_id) do nothing`,
      [organisation.orgId, randomUUID(), scope, id],
    ),
  );
}

async function virtualKeyOf({ organisation, role }: Caller): Promise<string> {
  return (await organisation.createVirtualKey({ memberId: organisation.members[role].id })).id;
}

/** Sealed as the owner does it; the sealed value can be no fixture. */
async function secretOf({ dashboard }: World, { organisation }: Caller): Promise<string> {
  const target = { path: `${API}/provider-secrets`, body: newSecret() };
  const answer = await dashboard.api(requestOf("POST", target, bearer(organisation.tokens.owner)));
  const { id } = (await answer.json()) as { id?: unknown };
  if (answer.status !== 201 || typeof id !== "string") throw new Error(`sealing answered ${answer.status}`);
  return id;
}

export function newSecret(): { provider: string; name: string; secret: string; sandbox: boolean } {
  const name = `secret ${randomBytes(4).toString("hex")}`;
  return { provider: "openai", name, secret: `sk-${randomBytes(24).toString("hex")}`, sandbox: false };
}

export function newEmail(): string {
  return `person-${randomBytes(6).toString("hex")}@example.test`;
}

function newAccount(): { email: string; password: string } {
  return { email: newEmail(), password: randomBytes(18).toString("base64url") };
}
