import { randomBytes, randomUUID } from "node:crypto";
import { withTenant } from "@meterr/database";
import { testDatabase, type MemberRole, type OrganisationFixture, type TestDatabase } from "@meterr/database/testing";
import { mount, type AuditEntry, type RuntimeHost } from "@meterr/runtime";
import { authenticatorForTest, type TestPerson } from "@meterr/runtime/testing";
import { createBudgets } from "../../src/index.ts";

export type Who = `${MemberRole} of ${"North" | "South"}`;

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface World {
  readonly database: TestDatabase;
  readonly north: OrganisationFixture;
  readonly south: OrganisationFixture;
  readonly audits: (AuditEntry & { orgId: string })[];
  /** While set, the audit log takes nothing. */
  auditBroken: boolean;
  call(method: string, path: string, who: Who, body?: unknown): Promise<Answer>;
  /** Admits a live call of `cost` nano-dollars on a member's key; its verdict and its id. */
  admit(key: string, cost: number): Promise<{ verdict: string; id: string }>;
  settle(id: string, cost: number): Promise<void>;
  /** A live virtual key of a member, without a limit of its own. */
  liveKey(memberId: string): Promise<string>;
}

const ORIGIN = "https://site.test";

/** The module as a host mounts it, on a real database with two organisations and the ledger's own functions. */
export async function openWorld(): Promise<World> {
  const database = await testDatabase();
  const north = await database.createOrganisation("North");
  const south = await database.createOrganisation("South");
  const gateway = randomUUID();
  await database.pools.gateway.query("select start_gateway($1, 'budgets')", [gateway]);
  const audits: World["audits"] = [];
  const host: RuntimeHost = {
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
    async audit(_sql, tenant, entry) {
      if (world.auditBroken) throw new Error("planted fault: audit");
      audits.push({ ...entry, orgId: tenant.id });
    },
    report: () => undefined,
    clientAddress: () => "192.0.2.1",
    allowedOrigins: [ORIGIN],
  };
  const auth = authenticatorForTest(peopleOf(north, south));
  const routes = mount(createBudgets({ host, auth, newId: randomUUID }).routes);
  const world: World = {
    database,
    north,
    south,
    audits,
    auditBroken: false,
    async call(method, path, who, body) {
      const response = await routes(
        new Request(`${ORIGIN}${path}`, {
          method,
          headers: { "x-test-credential": who, ...(body === undefined ? {} : { "content-type": "application/json" }) },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      );
      const text = await response.text();
      return { status: response.status, body: text === "" ? {} : JSON.parse(text) };
    },
    async admit(key, cost) {
      const id = randomUUID();
      const { rows } = await database.pools.gateway.query<{ verdict: string }>(
        `select verdict from ledger_admit($1, $2, $3, $4, null, 'openai', 'chat.completions', 'm', false, false, 'r', 'v1',
           $5, 0, 0, false)`,
        [north.orgId, id, gateway, key, cost * 1_000_000],
      );
      return { verdict: rows[0]?.verdict ?? "none", id };
    },
    async settle(id, cost) {
      const settlement = [
        { id, outcome: "settled", usage_source: "provider", cost_nanousd: String(cost), status: 200 },
      ];
      await database.pools.gateway.query("select ledger_settle($1, $2)", [north.orgId, JSON.stringify(settlement)]);
    },
    async liveKey(memberId) {
      const id = randomUUID();
      await north.arrange((sql) =>
        sql.query(
          `insert into virtual_keys (org_id, id, name, mode, hash, display, member_id, created_by)
           values ($1, $2, 'live', 'live', $3, 'mtr_live_abc', $4, $4)`,
          [north.orgId, id, randomBytes(32), memberId],
        ),
      );
      return id;
    },
  };
  return world;
}

function peopleOf(...organisations: readonly OrganisationFixture[]): Record<string, TestPerson> {
  const people: Record<string, TestPerson> = {};
  for (const { orgId, name, members } of organisations) {
    for (const role of Object.keys(members) as MemberRole[]) {
      const { id, userId, visibility } = members[role];
      people[`${role} of ${name}`] = {
        id: userId,
        memberships: [{ tenantId: orgId, subjectId: id, role, visibility }],
      };
    }
  }
  return people;
}
