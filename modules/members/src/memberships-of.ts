import { isRole, visibilityOf, type MembershipsOf } from "@meterr/identity";
import type { Membership, Sql } from "@meterr/runtime";

/** A user's memberships as the database has them now: what the session and JWT authenticators ask for on each request. */
export function membershipsOf(lookup: Sql): MembershipsOf {
  return async (userId) => {
    const found = await lookup.query<{ org_id: string; member_id: string; role: string }>(
      "select org_id, member_id, role from memberships_of($1)",
      [userId],
    );
    return found.rows.map((row) => membershipOf(row));
  };
}

/** Throws a TypeError on a role nobody knows, which refuses the request: no role is a default. */
export function membershipOf(row: { org_id: string; member_id: string; role: string }): Membership {
  if (!isRole(row.role)) throw new TypeError("A member has an unknown role.");
  return { tenantId: row.org_id, subjectId: row.member_id, role: row.role, visibility: visibilityOf(row.role) };
}
