import { isRole, type Role } from "@meterr/identity";
import { Problem, type Sql } from "@meterr/runtime";

/** Seven days: long enough for a holiday weekend, short enough that a forgotten link in a mailbox is worth nothing. */
export const INVITATION_DAYS = 7;

/** What an invitation's token leads to, before its bearer is anybody. */
export interface FoundInvitation {
  readonly orgId: string;
  readonly id: string;
  readonly orgName: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
}

interface Row {
  org_id: string;
  id: string;
  org_name: string;
  email: string;
  name: string;
  role: string;
  state: string;
}

export const INVITATION_PROBLEMS = {
  invitation_void: { status: 404, detail: "This invitation is not valid, or not any more. Ask for a new one." },
  invitation_used: { status: 409, detail: "This invitation was accepted before. Sign in instead." },
  already_member: { status: 409, detail: "This person is a member of the organisation already." },
} as const;

/** The open invitation of a token. Throws Problem `invitation_used` or `invitation_void`. */
export async function findInvitation(lookup: Sql, tokenHash: Uint8Array): Promise<FoundInvitation> {
  const found = await lookup.query<Row>(
    "select org_id, id, org_name, email, name, role, state from find_invitation($1)",
    [tokenHash],
  );
  const row = found.rows[0];
  if (row?.state === "accepted") throw new Problem("invitation_used");
  if (row?.state !== "open" || !isRole(row.role)) throw new Problem("invitation_void");
  const { id, email, name, role } = row;
  return { orgId: row.org_id, id, orgName: row.org_name, email, name, role };
}

/** The organisation's own open invitation for an address, locked; null without one. */
export async function lockOpenInvitation(
  sql: Sql,
  orgId: string,
  by: { id: string } | { email: string },
): Promise<{ id: string; role: Role } | null> {
  const open = "org_id = $1 and accepted_at is null and revoked_at is null";
  const found =
    "id" in by
      ? await sql.query<{ id: string; role: string }>(
          `select id, role from invitations where ${open} and id = $2 for update`,
          [orgId, by.id],
        )
      : await sql.query<{ id: string; role: string }>(
          `select id, role from invitations where ${open} and email = $2 for update`,
          [orgId, by.email],
        );
  const row = found.rows[0];
  if (row === undefined) return null;
  if (!isRole(row.role)) throw new TypeError("An invitation has an unknown role.");
  return { id: row.id, role: row.role };
}
