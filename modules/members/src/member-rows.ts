import { isRole, type Role } from "@meterr/identity";
import { Problem, type Sql } from "@meterr/runtime";

export interface MemberRow {
  id: string;
  email: string;
  name: string;
  role: Role;
}

/**
 * Locks the organisation's owners, then actor and target, in that order and each by id, which is the order of the
 * functions that change them: until the transaction ends nobody's role moves. Answers both as they are now.
 * An actor who has been removed meanwhile is refused; somebody else's member and one who never was are not found.
 */
export async function lockMembers(
  sql: Sql,
  orgId: string,
  ids: { actor: string | null; target: string },
): Promise<{ actorRole: Role; target: MemberRow }> {
  await sql.query(
    "select id from members where org_id = $1 and role = 'owner' and removed_at is null order by id for update",
    [orgId],
  );
  const found = await sql.query<{ id: string; email: string; name: string; role: string }>(
    `select id, email, name, role from members
     where org_id = $1 and id = any($2::uuid[]) and removed_at is null order by id for update`,
    [orgId, [ids.actor, ids.target]],
  );
  const actorRole = found.rows.find((row) => row.id === ids.actor)?.role;
  if (!isRole(actorRole)) throw new Problem("forbidden", { detail: "Only a member can do this." });
  const target = found.rows.find((row) => row.id === ids.target.toLowerCase());
  if (target === undefined || !isRole(target.role)) {
    throw new Problem("not_found", { detail: "There is no such member." });
  }
  return { actorRole, target: { ...target, role: target.role } };
}

export const LAST_OWNER = {
  last_owner: { status: 409, detail: "An organisation keeps at least one owner. Make somebody else an owner first." },
} as const;
