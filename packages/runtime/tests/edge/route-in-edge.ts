import { generateKeyPair, SignJWT } from "jose";
import { z } from "zod";
import {
  anyOf,
  apiToken,
  honoHandler,
  jwt,
  memberTenant,
  memoryRateLimiter,
  mount,
  parseManifest,
  peerAddress,
  routeKey,
  session,
  trustedProxies,
  type RuntimeHost,
} from "../../src/index.ts";

// Runs inside an edge runtime: only what the Web platform has is in reach.
const tenantId = crypto.randomUUID();
const memberships = [{ tenantId, subjectId: crypto.randomUUID(), role: "owner", visibility: "tenant" }] as const;
const { publicKey, privateKey } = await generateKeyPair("ES256");
const reports: string[] = [];

const host = {
  limiter: memoryRateLimiter({ now: () => Date.now() }),
  now: () => new Date(),
  clientAddress: trustedProxies({ trusted: ["10.0.0.0/8"], peer: peerAddress }),
  allowedOrigins: ["https://site.test"],
  audit: async () => undefined,
  report: ({ error }) => void reports.push(String(error)),
  withTenant: async (_tenant, fn) => fn({ query: async () => ({ rows: [], rowCount: 0 }) }),
} satisfies Partial<RuntimeHost> as RuntimeHost;

const path = "/api/things/:id";
const rule = { points: 8, seconds: 60 };
const route = routeKey({
  host,
  manifest: parseManifest({
    schema_version: "1.0.0",
    slug: "things",
    title: "Things",
    description: "Made for a test.",
    tool: "node",
    key_type: ["route"],
    runtime: ["edge"],
    version: "1.0.0",
    side_effects: [],
    required_env: [],
    optional_env: [],
    exposed_routes: [
      {
        path,
        method: ["POST"],
        auth: ["session", "jwt", "api_token"],
        tenant_scope: "per-request-tenant-id",
        description: "A route.",
      },
    ],
    tenant_scope: "per-request-tenant-id",
    compatibility: {},
    dependencies: [],
    tables: [],
    license_spdx: "Apache-2.0",
  }),
  method: "POST",
  path,
  auth: anyOf(
    session({
      cookie: "s",
      find: async (token) =>
        token === "ann"
          ? { id: "1", userId: "ann", label: "Ann", expiresAt: new Date(Date.now() + 60_000), memberships }
          : null,
    }),
    apiToken({
      prefix: "tok_",
      find: async (token) => (token === "tok_ann" ? { id: "2", label: "Ann", expiresAt: null, memberships } : null),
    }),
    jwt({
      issuer: "i",
      audience: "a",
      algorithms: ["ES256"],
      keys: publicKey,
      memberships: async () => ({ label: "Ann", memberships }),
    }),
  ),
  tenant: memberTenant(),
  authorize: ({ tenant }) => tenant.role === "owner",
  input: { params: z.object({ id: z.string() }), body: z.strictObject({ name: z.string() }) },
  limit: { address: rule, tenant: rule },
  maxBodyBytes: 100,
  idempotency: "none",
  handler: async ({ sql, params, body, address }) => {
    await sql.query("insert");
    return { status: 201, body: { id: params.id, name: body.name, address } };
  },
});

const handler = honoHandler(mount([route]), {
  hosts: "any",
  maxBodyBytes: 100,
  peer: () => "10.0.0.1",
  report: (error) => void reports.push(String(error)),
});
const exp = Math.floor(Date.now() / 1000) + 60;
const token = await new SignJWT({ iss: "i", aud: "a", sub: "ann", exp })
  .setProtectedHeader({ alg: "ES256" })
  .sign(privateKey);

async function send(headers: Record<string, string>, body = '{"name":"lamp"}'): Promise<string> {
  const request = new Request("https://site.test/api/things/7", {
    method: "POST",
    headers: { "content-type": "application/json", "x-forwarded-for": "203.0.113.9", ...headers },
    body,
  });
  const answer = await handler({ req: { raw: request }, env: {} });
  const json = (await answer.json()) as { code?: string; address?: string };
  return `${answer.status} ${json.code ?? json.address ?? ""}`;
}

const bearer = (value: string) => ({ authorization: `Bearer ${value}` });
export const result = {
  globals: typeof process === "undefined" && typeof Buffer === "undefined",
  answers: [
    await send({ cookie: "s=ann", origin: "https://site.test" }),
    await send(bearer("tok_ann")),
    await send(bearer(token)),
    await send({}),
    await send(bearer("tok_eve")),
    await send({ cookie: "s=ann", origin: "https://else.test" }),
    await send({ ...bearer("tok_ann"), "x-tenant-id": crypto.randomUUID() }),
    await send(bearer("tok_ann"), '{"name":1}'),
    await send(bearer("tok_ann")),
  ],
  reports,
};
