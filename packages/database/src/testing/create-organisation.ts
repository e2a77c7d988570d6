import { randomBytes, randomUUID } from "node:crypto";
import type { Sql } from "@meterr/runtime";
import type pg from "pg";
import { inTransaction } from "../with-tenant.ts";

export type MemberRole = "owner" | "admin" | "developer" | "viewer";

export interface MemberFixture {
  id: string;
  userId: string;
  email: string;
  name: string;
  role: MemberRole;
  visibility: "tenant" | "subject";
}

export interface OrganisationFixture {
  orgId: string;
  name: string;
  members: Readonly<Record<MemberRole, MemberFixture>>;
  /** Runs as meterr_owner with this organisation set: for arranging rows, never for what is being tested. */
  arrange<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** A virtual key of a member, with a limit when one is given; its hash is random. */
  createVirtualKey(options?: VirtualKeyOptions): Promise<{ id: string; hash: Buffer }>;
}

export interface VirtualKeyOptions {
  memberId?: string;
  mode?: "live" | "test";
  limitNanousd?: bigint;
}

const roles: readonly MemberRole[] = ["owner", "admin", "developer", "viewer"];

/** An organisation with an owner, an admin, a developer and a viewer. */
export async function createOrganisation(owner: pg.Pool, name = "Northwind"): Promise<OrganisationFixture> {
  const orgId = randomUUID();
  const members = Object.fromEntries(roles.map((role) => [role, member(role)])) as Record<MemberRole, MemberFixture>;
  const arrange = <T>(work: (sql: Sql) => Promise<T>): Promise<T> =>
    inTransaction(owner, work, async (client) => {
      await client.query("select set_config('app.tenant_id', $1, true), set_config('app.visibility', 'tenant', true)", [
        orgId,
      ]);
    });
  await arrange(async (sql) => {
    await sql.query("insert into organisations (org_id, name) values ($1, $2)", [orgId, name]);
    for (const role of roles) {
      const { id, userId, email, name } = members[role];
      await sql.query("insert into members (org_id, id, user_id, email, name, role) values ($1, $2, $3, $4, $5, $6)", [
        orgId,
        id,
        userId,
        email,
        name,
        role,
      ]);
    }
  });
  return {
    orgId,
    name,
    members,
    arrange,
    createVirtualKey: (options = {}) => arrange((sql) => createVirtualKey(sql, orgId, members, options)),
  };
}

function member(role: MemberRole): MemberFixture {
  const id = randomUUID();
  const title = role.slice(0, 1).toUpperCase() + role.slice(1);
  return {
    id,
    userId: randomUUID(),
    email: `${role}-${id.slice(0, 8)}@example.test`,
    name: `${title} Person`,
    role,
    visibility: role === "developer" ? "subject" : "tenant",
  };
}

async function createVirtualKey(
  sql: Sql,
  orgId: string,
  members: Readonly<Record<MemberRole, MemberFixture>>,
  options: VirtualKeyOptions,
): Promise<{ id: string; hash: Buffer }> {
  const id = randomUUID();
  const hash = randomBytes(32);
  const mode = options.mode ?? "live";
  await sql.query(
    `insert into virtual_keys (org_id, id, name, mode, hash, display, member_id, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      orgId,
      id,
      `fixture ${id.slice(0, 8)}`,
      mode,
      hash,
      `mtr_${mode}_${id.slice(0, 3)}`,
      options.memberId ?? members.developer.id,
      members.admin.id,
    ],
  );
  if (options.limitNanousd !== undefined) {
    await sql.query(
      "insert into budgets (org_id, id, scope, scope_id, limit_nanousd) values ($1, $2, 'virtual_key', $3, $4)",
      [orgId, randomUUID(), id, options.limitNanousd.toString()],
    );
  }
  return { id, hash };
}
