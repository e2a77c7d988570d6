import { randomBytes, randomUUID } from "node:crypto";
import type { StatusFixtures } from "@meterr/runtime/testing";
import { makeOrganisation, signedIn, type Composed, type Organisation } from "./composed.ts";
import { bearer, browsing, invite, newEmail, requestOf, ROUTE_CASES } from "./route-cases.ts";

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

  return {
    "POST /api/v1/setup": {
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
    "POST /api/v1/invitations/accept": {
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
      403: async () => join((await invite(await fresh(), newEmail())).token),
      404: () => join(newToken()),
      409: async () => join(await used(world.grace.email)),
    },
    "DELETE /api/v1/members/:id": {
      409: async () => {
        const { orgId, members, tokens, arrange } = await fresh();
        const others = [orgId, members.owner.id];
        await arrange((sql) =>
          sql.query("update members set role = 'viewer' where org_id = $1 and role = 'owner' and id <> $2", others),
        );
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
