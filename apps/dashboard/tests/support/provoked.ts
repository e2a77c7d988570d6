import { randomBytes, randomUUID } from "node:crypto";
import type { StatusFixtures } from "@meterr/runtime/testing";
import { makeOrganisation, signedIn, type Composed, type Organisation } from "./composed.ts";
import { bearer, browsing, invite, newEmail, newSecret, requestOf, ROUTE_CASES } from "./route-cases.ts";

/** What no request alone provokes: services that are down, an API token that expires, no sandbox, a race that is lost. */
export const ELSEWHERE: NonNullable<StatusFixtures["elsewhere"]> = {
  "POST /api/v1/invitations/accept": ["email_taken"],
  "POST /api/v1/api-tokens": ["expiry_beyond"],
  "POST /api/v1/virtual-keys": ["test_mode_unavailable"],
  "POST /api/v1/token-count": ["counter_unavailable"],
  "GET /api/v1/audit-log/head": ["audit_head_unavailable"],
  "GET /api/v1/audit-log/verify": ["audit_head_unavailable"],
};

const PAST = "2001-01-01T00:00:00Z";
const USAGE = { provider: "openai", model: "gpt-4o-mini", usage: { input: 1, output: 1 } };
const ONE_OWNER = "update members set role = 'viewer' where org_id = $1 and role = 'owner' and id <> $2";

type Provoked = NonNullable<StatusFixtures["provoked"]>;

/** What only the state of things refuses, by route and status: the gates know nothing of it. */
export function provoked(world: Composed): Provoked {
  const fresh = (): Promise<Organisation> => makeOrganisation(world.database, world.ada);
  const { admin } = world.database.pools;
  const used = async (email?: string): Promise<string> => {
    const organisation = await fresh();
    const { id, token } = await invite(organisation, email);
    await organisation.arrange((sql) =>
      sql.query("update invitations set accepted_at = now() where org_id = $1 and id = $2", [organisation.orgId, id]),
    );
    return token;
  };
  const setup = async (change: Record<string, unknown>): Promise<Request> => {
    const made = await ROUTE_CASES["POST /api/v1/setup"]?.target(world, { organisation: await fresh(), role: "owner" });
    return requestOf("POST", { path: made?.path ?? "", body: { ...made?.body, ...change } });
  };
  const accept = (token: string, password = newToken()): Request =>
    requestOf("POST", { path: "/api/v1/invitations/accept", body: { token, password } });
  const join = (token: string): Request =>
    requestOf("POST", { path: "/api/v1/invitations/join", body: { token } }, browsing(world.grace.cookie));
  const posted = async (
    path: string,
    body: Record<string, unknown>,
    organisation?: Organisation,
    role: "owner" | "developer" = "owner",
  ): Promise<Request> =>
    requestOf("POST", { path: `/api/v1${path}`, body }, bearer((organisation ?? (await fresh())).tokens[role]));
  const kept = async (request: Request): Promise<void> => {
    const { status } = await world.dashboard.api(request);
    if (status !== 201) throw new Error(`arranging answered ${status}`);
  };

  return {
    "POST /api/v1/setup": {
      password_refused: () => setup({ password: "password" }),
      email_taken: () => setup({ email: world.ada.email }),
      401: () => setup({ setup_token: newToken() }),
      409: async () => {
        const request = await setup({});
        await admin.query("update meterr.instance set setup_completed_at = now()");
        return request;
      },
    },
    "GET /api/v1/me": {
      403: async () => {
        const named = { "x-tenant-id": (await fresh()).orgId };
        return requestOf("GET", { path: "/api/v1/me" }, { ...browsing(world.grace.cookie), ...named });
      },
    },
    "DELETE /api/v1/budgets/organisation": {
      404: async () =>
        requestOf("DELETE", { path: "/api/v1/budgets/organisation" }, bearer((await fresh()).tokens.owner)),
    },
    "POST /api/v1/members": {
      already_member: () => posted("/members", { email: world.ada.email, name: "Again", role: "viewer" }),
    },
    "PATCH /api/v1/members/:id": {
      last_owner: async () => {
        const { orgId, members, tokens, arrange } = await fresh();
        await arrange((sql) => sql.query(ONE_OWNER, [orgId, members.owner.id]));
        const target = { path: `/api/v1/members/${members.owner.id}`, body: { role: "viewer" } };
        return requestOf("PATCH", target, bearer(tokens.owner));
      },
    },
    "POST /api/v1/api-tokens": {
      expiry_past: () => posted("/api-tokens", { name: "late", expires_at: PAST }),
    },
    "POST /api/v1/provider-secrets": {
      destination_refused: () => posted("/provider-secrets", { ...newSecret(), base_url: "https://elsewhere.test" }),
      name_taken: async () => {
        const [organisation, first] = [await fresh(), newSecret()];
        await kept(await posted("/provider-secrets", first, organisation));
        return posted("/provider-secrets", { ...newSecret(), name: first.name }, organisation);
      },
    },
    "POST /api/v1/virtual-keys": {
      provider_secret_unknown: () =>
        posted("/virtual-keys", { name: "x", mode: "live", provider_secret_ids: { openai: randomUUID() } }),
      provider_secret_ambiguous: async () => {
        const organisation = await fresh();
        for (const secret of [newSecret(), newSecret()]) {
          await kept(await posted("/provider-secrets", secret, organisation));
        }
        return posted("/virtual-keys", { name: "x", mode: "live" }, organisation);
      },
      provider_secret_missing: () => posted("/virtual-keys", { name: "x", mode: "live" }),
      allowance_missing: async () => posted("/virtual-keys", { name: "x", mode: "live" }, await fresh(), "developer"),
      expiry_past: () => posted("/virtual-keys", { name: "x", mode: "test", expires_at: PAST }),
    },
    "POST /api/v1/usage": {
      model_unpriced: () => posted("/usage", { ...USAGE, model: `no-such-${randomUUID()}` }),
      time_out_of_range: () => posted("/usage", { ...USAGE, occurred_at: PAST }),
    },
    "POST /api/v1/invitations/accept": {
      password_refused: async () => accept((await invite(await fresh())).token, "password"),
      already_member: async () => {
        const { email, password } = world.ada;
        return accept((await invite(await fresh(), email)).token, password);
      },
      401: async () => accept((await invite(await fresh(), world.grace.email)).token),
      403: async () => {
        const { email, password, userId } = await signedIn(world.dashboard.identity, "Hedy");
        await admin.query(`update auth."user" set "twoFactorEnabled" = true where id = $1`, [userId]);
        return accept((await invite(await fresh(), email)).token, password);
      },
      404: () => accept(newToken()),
      409: async () => accept(await used()),
    },
    "POST /api/v1/invitations/join": {
      already_member: async () => {
        const body = { token: (await invite(await fresh(), world.ada.email)).token };
        return requestOf("POST", { path: "/api/v1/invitations/join", body }, browsing(world.ada.cookie));
      },
      403: async () => join((await invite(await fresh(), newEmail())).token),
      404: () => join(newToken()),
      409: async () => join(await used(world.grace.email)),
    },
    "DELETE /api/v1/members/:id": {
      409: async () => {
        const { orgId, members, tokens, arrange } = await fresh();
        await arrange((sql) => sql.query(ONE_OWNER, [orgId, members.owner.id]));
        return requestOf("DELETE", { path: `/api/v1/members/${members.owner.id}` }, bearer(tokens.owner));
      },
    },
    "POST /api/v1/token-count": {
      404: async () => {
        const body = { text: "x", model: `no-such-${randomUUID()}`, provider: "openai" };
        return requestOf("POST", { path: "/api/v1/token-count", body }, bearer((await fresh()).tokens.owner));
      },
    },
  };
}

const newToken = (): string => randomBytes(32).toString("base64url");
