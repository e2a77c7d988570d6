import { randomBytes, randomUUID } from "node:crypto";
import type { Sql } from "@meterr/runtime";
import type { OrganisationFixture, TestDatabase } from "../src/testing/index.ts";

/**
 * At least one row in every tenant table, and where a row belongs to a member, one of the developer's and one of the
 * admin's. A new table needs a line here: without it the isolation matrix fails.
 */
export async function seedEveryTable(db: TestDatabase, org: OrganisationFixture): Promise<void> {
  const gateway = randomUUID();
  await db.pools.gateway.query("select start_gateway($1, 'matrix')", [gateway]);
  await org.arrange(async (sql) => {
    const shared = await seedShared(sql, org);
    for (const member of [org.members.developer, org.members.admin]) {
      await seedMember(sql, org, member.id, { ...shared, gateway });
    }
  });
}

interface Shared {
  secret: string;
}

const limit = "insert into budgets (org_id, id, scope, scope_id, limit_nanousd) values ($1, $2, $3, $4, 1000)";

async function seedShared(sql: Sql, org: OrganisationFixture): Promise<Shared> {
  const { orgId, members } = org;
  const secret = randomUUID();
  await sql.query("insert into organisation_keys (org_id, id, public_jwk, signed) values ($1, 'k1', '{}', 'jws')", [
    orgId,
  ]);
  await sql.query(
    "select add_provider_secret($1, $2, 'openai', 'main', 'https://api.test', false, '****', $3, 'k1', $4)",
    [orgId, secret, members.admin.id, "x".repeat(64)],
  );
  await sql.query(
    "insert into organisation_prices (org_id, version, provider, model, prices, created_by) values ($1, 'v1', 'openai', 'm', '{}', $2)",
    [orgId, members.admin.id],
  );
  await sql.query("select note_revocation($1, 'policy', $2)", [orgId, secret]);
  await sql.query(limit, [orgId, randomUUID(), "organisation", orgId]);
  await sql.query(
    `insert into invitations (org_id, id, email, name, role, hash, invited_by, expires_at)
     values ($1, $2, $3, 'New Person', 'viewer', $4, $5, now() + interval '1 day')`,
    [orgId, randomUUID(), `${randomUUID()}@example.test`, randomBytes(32), members.admin.id],
  );
  await sql.query(
    "insert into idempotency_keys (org_id, principal_id, route, key, request_hash, status) values ($1, $2, 'POST /x', 'k', $3, 201)",
    [orgId, members.admin.userId, randomBytes(32)],
  );
  return { secret };
}

async function seedMember(
  sql: Sql,
  org: OrganisationFixture,
  member: string,
  on: Shared & { gateway: string },
): Promise<void> {
  const { orgId } = org;
  const key = randomUUID();
  await sql.query(
    `insert into virtual_keys (org_id, id, name, mode, hash, display, member_id, created_by)
     values ($1, $2, 'seed', 'live', $3, 'mtr_live_abc', $4, $4)`,
    [orgId, key, randomBytes(32), member],
  );
  await sql.query(
    "insert into virtual_key_providers (org_id, virtual_key_id, provider, provider_secret_id) values ($1, $2, 'openai', $3)",
    [orgId, key, on.secret],
  );
  await sql.query(limit, [orgId, randomUUID(), "virtual_key", key]);
  await sql.query(limit, [orgId, randomUUID(), "member", member]);
  await sql.query(
    "insert into api_tokens (org_id, id, member_id, name, hash, display) values ($1, $2, $3, 'seed', $4, 'mtr_api_abcd')",
    [orgId, randomUUID(), member, randomBytes(32)],
  );
  for (const end of [true, false]) {
    const id = randomUUID();
    await sql.query(
      "select ledger_admit($1, $2, $3, $4, $5, 'openai', 'chat.completions', 'm', false, false, 'r', 'v1', 1000000, 0, 0, false)",
      [orgId, id, on.gateway, key, on.secret],
    );
    const settlement = [{ id, outcome: "settled", usage_source: "provider", cost_nanousd: "1", status: 200 }];
    if (end) await sql.query("select ledger_settle($1, $2)", [orgId, JSON.stringify(settlement)]);
  }
  const refusal = {
    id: randomUUID(),
    occurred_at: new Date().toISOString(),
    virtual_key_id: key,
    member_id: member,
    simulated: false,
    provider: "openai",
    endpoint: "chat.completions",
    code: "budget_exceeded",
    status: 402,
    request_id: "r",
  };
  await sql.query("select ledger_note_refusals($1, $2)", [orgId, JSON.stringify([refusal])]);
}
