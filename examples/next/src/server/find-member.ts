import { createHash } from "node:crypto";
import { db } from "./pool.ts";

export const COOKIE = "bills";

/** A user in the company that the session is for. */
export interface Member {
  readonly id: string;
  readonly sessionId: string;
  readonly userId: string;
  readonly name: string;
  readonly companyId: string;
  readonly role: "bookkeeper" | "owner";
  readonly expiresAt: Date;
}

/** Whose session a cookie is; null when it is nobody's, or over. */
export async function findMember(token: string): Promise<Member | null> {
  const { rows } = await db().query<Member>(
    `select m.id, s.id as "sessionId", u.id as "userId", u.name, m.company_id as "companyId", m.role,
       s.expires_at as "expiresAt"
     from sessions s join memberships m on m.id = s.membership_id join users u on u.id = m.user_id
     where s.token_hash = $1 and s.expires_at > now()`,
    [createHash("sha256").update(token).digest()],
  );
  return rows[0] ?? null;
}
