import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { withTenant } from "@meterr/database";
import type { MemberRole } from "@meterr/database/testing";
import { apiTokenAuthenticator, isGranted, type Permission } from "@meterr/identity";
import { tokenCounter, type TokenCounter } from "@meterr/metering";
import { appendAuditEntry } from "@meterr/module-audit-log";
import { findApiToken } from "@meterr/module-members";
import {
  anyOf,
  mount,
  type Authenticator,
  type Mounted,
  type RateLimiter,
  type RouteDefinition,
  type Sql,
} from "@meterr/runtime";
import {
  assertKeyPromises,
  assertKeyStatuses,
  faultyHost,
  type FaultyHost,
  type StatusFixtures,
} from "@meterr/runtime/testing";
import { keyServiceClient } from "../src/key-service/key-service-client.ts";
import { mountModules } from "../src/mount-modules.ts";
import { compose, ORIGIN, type Composed, type Organisation } from "./support/composed.ts";
import { controlCredential, requestOf, ROUTE_CASES, type RouteCase } from "./support/route-cases.ts";
import { ELSEWHERE, provoked } from "./support/provoked.ts";

let world: Composed;
let organisation: Organisation;
let host: FaultyHost;
let counter: TokenCounter;
let mounted: Mounted;
let identityBroken = false;

/** The composed dashboard's own limits would run out; what a limiter refuses or fails is planted instead. */
const unlimited: RateLimiter = {
  consume: async (_bucket, cost, rule) => ({
    allowed: true,
    retryAfterSeconds: 0,
    remaining: rule.points - cost,
    limit: rule.points,
  }),
};

before(async () => {
  world = await compose();
  organisation = await world.organisation();
  counter = tokenCounter({ deadlineMs: 250 });
  const { dashboard: pool } = world.database.pools;
  const lookup = { query: (text: string, values?: readonly unknown[]) => pool.query(text, [...(values ?? [])]) } as Sql;
  host = faultyHost({
    withTenant: (tenant, fn) => withTenant(pool, tenant, fn),
    limiter: unlimited,
    now: () => new Date(),
    audit: appendAuditEntry,
    report: () => undefined,
    clientAddress: () => "192.0.2.1",
    allowedOrigins: [ORIGIN],
  });
  const { identity } = world.dashboard;
  const real = anyOf(
    identity.sessionAuthenticator,
    identity.jwtAuthenticator,
    apiTokenAuthenticator({ find: findApiToken(lookup) }),
  );
  const auth: Authenticator = {
    ...real,
    async authenticate(request, io) {
      if (identityBroken) throw new Error("planted fault: identity");
      return real.authenticate(request, io);
    },
  };
  const keyService = keyServiceClient(world.keyService.socketPath);
  const parts = { host, auth, lookup, keyService, counter, newId: randomUUID, randomBytes };
  const modules = mountModules({ ...parts, users: identity, settings: world.settings });
  mounted = mount(modules.flatMap((module) => module.routes));
});
after(async () => {
  await counter?.close();
  await world?.close();
});

const names = (routes: Mounted): string[] =>
  routes.routes.map(({ definition }) => `${definition.method} ${definition.path}`).sort();

test("every mounted route has a case, and no case is of a route that is gone", () => {
  assert.deepEqual(Object.keys(ROUTE_CASES).sort(), names(world.dashboard.api));
});

test("every route with an effect on an organisation names the permission that its table has", () => {
  for (const { definition } of world.dashboard.api.routes) {
    if (definition.tenant.kind !== "member") continue;
    assert.ok(definition.permission, `${definition.method} ${definition.path} names no permission`);
  }
});

const fixtures = (): StatusFixtures => ({
  host,
  breakIdentity(broken) {
    identityBroken = broken;
  },
  request: (route) => asked(route, "owner"),
  withoutRight: async (route) => {
    const { allows = (role: MemberRole) => isGranted(role, route.permission as Permission) } = caseOf(route);
    const role = (["viewer", "developer", "admin"] as const).find((one) => !allows(one));
    return role === undefined || caseOf(route).by === "grace" ? null : asked(route, role);
  },
  provoked: provoked(world),
  elsewhere: ELSEWHERE,
});

function caseOf({ method, path }: RouteDefinition): RouteCase {
  const found = ROUTE_CASES[`${method} ${path}`];
  assert.ok(found, `no case for ${method} ${path}`);
  return found;
}

/** What it acts on is the owner's, whoever asks. */
async function asked(route: RouteDefinition, role: MemberRole): Promise<Request> {
  const found = caseOf(route);
  // Grace joins each time anew, and so must have left.
  if (found.by === "grace") organisation = await world.organisation();
  const target = await found.target(world, { organisation, role: "owner" });
  return requestOf(route.method, target, controlCredential(world, found, { organisation, role }));
}

test("S1, S2, S3, S5 and S12 hold for every route of every module", async () => {
  assert.deepEqual(names(mounted), names(world.dashboard.api));
  await assertKeyPromises(mounted, fixtures());
});

test("every route of every module answers every status it can", async () => {
  const table = await assertKeyStatuses(mounted, fixtures());
  assert.deepEqual([...table.keys()].sort(), names(world.dashboard.api));
});
