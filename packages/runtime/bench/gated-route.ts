import {
  memberTenant,
  memoryRateLimiter,
  mount,
  parseManifest,
  routeKey,
  session,
  type RuntimeHost,
  type SessionRecord,
} from "../src/index.ts";
import { answer, taskBody, taskParams, taskQuery, type BenchWorld } from "./world.ts";

/** The route as a KEY, behind `mount`, with every gate in use and no cryptography in the way. */
export function gatedRoute(world: BenchWorld): (request: Request) => Promise<Response> {
  const { tenantId, memberId: subjectId } = world;
  const record: SessionRecord = {
    id: "session-1",
    userId: "user-1",
    label: "Ann",
    expiresAt: new Date(Date.now() + 3_600_000),
    memberships: [{ tenantId, subjectId, role: "developer", visibility: "tenant" }],
  };
  const sessions = new Map([[world.token, record]]);
  // A clock of its own, a millisecond for each count, so that buckets are as full as under 500 requests a second.
  let clock = 0;
  const host: RuntimeHost = {
    limiter: memoryRateLimiter({ now: () => ++clock }),
    now: () => new Date(),
    clientAddress: () => "192.0.2.1",
    allowedOrigins: [world.origin],
    audit: async () => undefined,
    report: ({ error }) => {
      throw error;
    },
    withTenant: async () => {
      throw new Error("This route has no effect to keep.");
    },
  };
  const manifest = parseManifest({
    schema_version: "1.0.0",
    slug: "tasks",
    title: "Tasks",
    description: "Made for a bench.",
    tool: "node",
    key_type: ["route"],
    runtime: ["node"],
    version: "1.0.0",
    side_effects: [],
    required_env: [],
    optional_env: [],
    exposed_routes: [
      {
        path: "/api/v1/projects/:project/tasks",
        method: ["POST"],
        auth: ["session"],
        tenant_scope: "per-request-tenant-id",
        description: "Adds a task.",
      },
    ],
    tenant_scope: "per-request-tenant-id",
    compatibility: {},
    dependencies: [],
    tables: [],
    license_spdx: "Apache-2.0",
  });
  const rule = { points: 600, seconds: 1 };
  return mount([
    routeKey({
      host,
      manifest,
      method: "POST",
      path: "/api/v1/projects/:project/tasks",
      auth: session({ cookie: "session", find: async (token) => sessions.get(token) ?? null }),
      tenant: memberTenant(),
      authorize: ({ tenant }) => tenant.role === "developer",
      input: { params: taskParams, query: taskQuery, body: taskBody },
      limit: { address: rule, tenant: rule },
      maxBodyBytes: 10_000,
      idempotency: "none",
      handler: async ({ body }) => ({ status: 201, body: answer(body) }),
    }),
  ]);
}
