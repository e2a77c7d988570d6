import { randomUUID } from "node:crypto";
import { testDatabase, type MemberRole, type OrganisationFixture, type TestDatabase } from "@meterr/database/testing";
import type { AuditEntry, Authorize, RuntimeHost, Sql, VerifiedTenant } from "@meterr/runtime";
import { authenticatorForTest, tenantForTest, type TestAuthenticator, type TestPerson } from "@meterr/runtime/testing";
import { appendAuditEntry, auditLogMigrations } from "../../src/index.ts";

const meterr = { name: "meterr", folder: new URL("../../../../packages/database/migrations/", import.meta.url) };

/** What a pool of `pg` is, as far as a host of this module needs it. */
export interface Pool {
  connect(): Promise<{ query: unknown; release(broken?: boolean): void }>;
}

export function auditDatabase(): Promise<TestDatabase> {
  return testDatabase({ sequences: [meterr, auditLogMigrations] });
}

/** The whole of what a host does: one transaction that names its tenant. */
export async function inTenant<T>(
  pool: Pool,
  tenant: Pick<VerifiedTenant, "id" | "visibility">,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  const sql = client as unknown as Sql;
  try {
    await sql.query("begin");
    await sql.query("select set_config('app.tenant_id', $1, true), set_config('app.visibility', $2, true)", [
      tenant.id,
      tenant.visibility,
    ]);
    const result = await work(sql);
    await sql.query("commit");
    return result;
  } catch (error) {
    await sql.query("rollback");
    throw error;
  } finally {
    client.release();
  }
}

export function entryForTest(changes: Partial<AuditEntry> = {}): AuditEntry {
  return {
    action: "virtual_key.minted",
    subject: { type: "virtual_key", id: randomUUID() },
    details: { name: "Grüße, 世界 👋", limit_nanousd: "10000000", test: true, expires_at: null, n: 1.5 },
    actor: { kind: "session", id: randomUUID(), label: "Ann" },
    requestId: randomUUID(),
    address: "2001:db8::1",
    ...changes,
  };
}

export async function append(
  pool: Pool,
  orgId: string,
  changes: Partial<AuditEntry> = {},
  visibility: "tenant" | "subject" = "tenant",
): Promise<void> {
  const tenant = tenantForTest({ id: orgId, subject: randomUUID(), visibility });
  await inTenant(pool, tenant, (sql) => appendAuditEntry(sql, tenant, entryForTest(changes)));
}

/** Rewrites rows as only a superuser can: triggers and row-level security do not bind it. */
export async function tamper(database: TestDatabase, text: string, values: readonly unknown[] = []): Promise<void> {
  const client = await database.pools.admin.connect();
  try {
    await client.query("begin");
    await client.query("set local session_replication_role = replica");
    await client.query("set local search_path = meterr");
    await client.query(text, [...values]);
    await client.query("commit");
  } finally {
    client.release(true);
  }
}

const READERS: ReadonlySet<string | null> = new Set(["owner", "admin"]);

/** As Meterr's permission table has it: owners and admins read the log. */
export const readers: Authorize = Object.assign(({ tenant }: { tenant: VerifiedTenant }) => READERS.has(tenant.role), {
  permission: "audit_log.read",
});

/** Each member of each organisation by "<role> of <name>"; sessions, JWTs and API tokens alike. */
export function peopleOf(...organisations: readonly OrganisationFixture[]): TestAuthenticator {
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
  return authenticatorForTest(people);
}

export function hostFor(pool: Pool): RuntimeHost {
  return {
    withTenant: (tenant, work) => inTenant(pool, tenant, work),
    limiter: {
      consume: async (_bucket, _cost, { points }) => ({
        allowed: true,
        retryAfterSeconds: 0,
        remaining: points,
        limit: points,
      }),
    },
    now: () => new Date(),
    audit: appendAuditEntry,
    report: () => undefined,
    clientAddress: () => "192.0.2.1",
    allowedOrigins: ["https://site.test"],
  };
}
