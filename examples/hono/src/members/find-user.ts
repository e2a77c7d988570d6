import { createHash } from "node:crypto";
import type pg from "pg";

export const COOKIE = "parcels";

export interface Membership {
  readonly id: string;
  readonly shopId: string;
  readonly role: "clerk" | "manager";
}

export interface User {
  readonly sessionId: string;
  readonly id: string;
  readonly name: string;
  readonly expiresAt: Date;
  readonly memberships: readonly Membership[];
}

interface Row {
  session_id: string;
  id: string;
  name: string;
  expires_at: Date;
  membership_id: string | null;
  shop_id: string;
  role: Membership["role"];
}

/** Whose session a cookie is, with the shops they work for; null when it is nobody's, or over. */
export async function findUser(db: pg.Pool, token: string): Promise<User | null> {
  const { rows } = await db.query<Row>(
    `select s.id as session_id, u.id, u.name, s.expires_at, m.id as membership_id, m.shop_id, m.role
     from sessions s join users u on u.id = s.user_id left join memberships m on m.user_id = u.id
     where s.token_hash = $1`,
    [createHash("sha256").update(token).digest("hex")],
  );
  const [first] = rows;
  if (first === undefined || first.expires_at.getTime() <= Date.now()) return null;
  const memberships = rows.flatMap(({ membership_id, shop_id, role }) =>
    membership_id === null ? [] : [{ id: membership_id, shopId: shop_id, role }],
  );
  const { session_id, id, name, expires_at } = first;
  return { sessionId: session_id, id, name, expiresAt: expires_at, memberships };
}
