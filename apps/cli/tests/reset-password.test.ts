import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { loginRoles, meterrMigrations } from "@meterr/database";
import { testDatabase, type TestDatabase } from "@meterr/database/testing";
import { createIdentity, type Identity } from "@meterr/identity";
import { auditLogMigrations } from "@meterr/module-audit-log";
import { issueResetLink, type ResetRequest } from "../src/database/issue-reset-link.ts";
import type { RolePasswords } from "../src/home/role-passwords.ts";
import { runCommand } from "./support/run-command.ts";
import { scratch } from "./support/scratch.ts";

const publicUrl = "http://localhost:3000";
const authSecret = randomBytes(32).toString("base64url");
let database: TestDatabase;
let identity: Identity;
before(async () => {
  database = await testDatabase({ sequences: [meterrMigrations, auditLogMigrations] });
  identity = await createIdentity({
    pool: database.pools.identity,
    baseUrl: publicUrl,
    secret: authSecret,
    clock: () => new Date(),
    trustedOrigins: [],
    memberships: async () => [],
    secureCookies: false,
    clientAddress: () => "192.0.2.1",
  });
});
after(() => database.close());

function requestFor(email: string): ResetRequest {
  const passwords = Object.fromEntries(loginRoles.map((role) => [role, database.settings(role).password]));
  return {
    admin: database.settings("meterr_owner"),
    passwords: passwords as RolePasswords,
    authSecret,
    publicUrl,
    email,
    requestId: randomUUID(),
    now: () => new Date(),
  };
}

async function member(): Promise<{ email: string; userId: string; orgId: string; memberId: string }> {
  const email = `person-${randomBytes(6).toString("hex")}@example.test`;
  const { id: userId } = await identity.createUser({
    email,
    name: "Ada",
    password: randomBytes(18).toString("base64url"),
  });
  const { orgId, members, arrange } = await database.createOrganisation();
  const memberId = members.viewer.id;
  await arrange((sql) => sql.query("update members set user_id = $1 where id = $2", [userId, memberId]));
  return { email, userId, orgId, memberId };
}

async function entries(orgId: string) {
  const { rows } = await database.pools.admin.query(
    "select actor_kind, actor_label, action, subject_id from meterr.audit_log_entries where org_id = $1 order by seq",
    [orgId],
  );
  return rows;
}

test("a link of this command sets a new password, and who issued it stands in the audit log", async () => {
  const { email, orgId, memberId } = await member();
  const issued = await issueResetLink(requestFor(email.toUpperCase()));
  assert.ok(issued !== null);
  assert.deepEqual(await entries(orgId), [
    {
      actor_kind: "operator",
      actor_label: "Operator of the machine",
      action: "member.password_reset_issued",
      subject_id: memberId,
    },
  ]);
  const { origin, pathname, hash } = new URL(issued.link);
  assert.equal(origin + pathname, `${publicUrl}/reset-password`);
  const used = await identity.handler(
    new Request(`${publicUrl}/api/auth/reset-password`, {
      method: "POST",
      headers: { origin: publicUrl, "content-type": "application/json" },
      body: JSON.stringify({ token: hash.slice("#token=".length), newPassword: randomBytes(18).toString("base64url") }),
    }),
  );
  assert.equal(used.status, 200);
});

test("for an address nobody has, and for who is a member nowhere, there is no link", async () => {
  assert.equal(await issueResetLink(requestFor("nobody@example.test")), null);
  const email = `apart-${randomBytes(6).toString("hex")}@example.test`;
  const { id } = await identity.createUser({ email, name: "Apart", password: randomBytes(18).toString("base64url") });
  assert.equal(await issueResetLink(requestFor(email)), null);
  const { rows } = await database.pools.admin.query("select from auth.verification where value = $1", [id]);
  assert.equal(rows.length, 0);
});

test("what cannot be recorded is not issued", async () => {
  const { email, userId } = await member();
  await database.pools.admin.query("alter table meterr.audit_log_entries rename to away");
  try {
    await assert.rejects(issueResetLink(requestFor(email)), { code: "database_failed" });
  } finally {
    await database.pools.admin.query("alter table meterr.away rename to audit_log_entries");
  }
  const { rows } = await database.pools.admin.query("select from auth.verification where value = $1", [userId]);
  assert.equal(rows.length, 0);
});

test("the command wants to know whose password", async (t) => {
  const ran = await runCommand(["reset-password"], { env: { METERR_HOME: scratch(t) } });
  assert.equal(ran.code, 2);
  assert.match(ran.err, /--email/);
});
