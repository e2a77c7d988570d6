import { withTenant } from "@meterr/database";
import { testDatabase, type MemberRole, type OrganisationFixture, type TestDatabase } from "@meterr/database/testing";
import type { AuditEntry, RuntimeHost } from "@meterr/runtime";
import {
  authenticatorForTest,
  faultyHost,
  type FaultyHost,
  type TestAuthenticator,
  type TestPerson,
} from "@meterr/runtime/testing";

export interface World {
  readonly database: TestDatabase;
  readonly north: OrganisationFixture;
  readonly south: OrganisationFixture;
  readonly host: FaultyHost;
  /** Knows "<role> of North" and "<role> of South". */
  readonly auth: TestAuthenticator;
  readonly audits: (AuditEntry & { orgId: string })[];
}

/** A host on a real database with two organisations. */
export async function openWorld(): Promise<World> {
  const database = await testDatabase();
  const north = await database.createOrganisation("North");
  const south = await database.createOrganisation("South");
  const audits: World["audits"] = [];
  const inner: RuntimeHost = {
    withTenant: (tenant, work) => withTenant(database.pools.dashboard, tenant, work),
    limiter: {
      consume: async (_bucket, _cost, { points }) => ({
        allowed: true,
        retryAfterSeconds: 0,
        remaining: points,
        limit: points,
      }),
    },
    now: () => new Date(),
    audit: async (_sql, tenant, entry) => void audits.push({ ...entry, orgId: tenant.id }),
    report: () => undefined,
    clientAddress: () => "192.0.2.1",
    allowedOrigins: ["https://site.test"],
  };
  return { database, north, south, host: faultyHost(inner), auth: peopleOf(north, south), audits };
}

function peopleOf(...organisations: readonly OrganisationFixture[]): TestAuthenticator {
  const people: Record<string, TestPerson> = {};
  for (const { orgId, name, members } of organisations) {
    for (const role of Object.keys(members) as MemberRole[]) {
      const { id, userId, visibility } = members[role];
      const memberships = [{ tenantId: orgId, subjectId: id, role, visibility }];
      people[`${role} of ${name}`] = { id: userId, memberships };
    }
  }
  return authenticatorForTest(people);
}

export function post(path: string, body: unknown, who: string, headers: Record<string, string> = {}): Request {
  return new Request(`https://site.test${path}`, {
    method: "POST",
    headers: { "x-test-credential": who, "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

export function get(path: string, who: string): Request {
  return new Request(`https://site.test${path}`, { headers: { "x-test-credential": who } });
}
