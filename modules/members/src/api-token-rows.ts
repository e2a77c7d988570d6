import type { Sql } from "@meterr/runtime";
import { createToken } from "@meterr/vault";

/** A row of api_tokens as the dashboard's role may read it: never the token, never its hash. */
export interface ApiTokenRow {
  id: string;
  member_id: string;
  name: string;
  display: string;
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
}

/** Of one organisation, not revoked: a list holds them all, so that none can be hidden behind others. */
export const MOST_API_TOKENS = 500;

export const COLUMNS = "id, member_id, name, display, created_at, expires_at, revoked_at";

/** Makes a token that acts as its member and stores its hash. The token is in the answer alone. */
export async function insertApiToken(
  sql: Sql,
  row: { orgId: string; id: string; memberId: string; name: string; mintedBy: string | null; expiresAt: Date | null },
  randomBytes: (size: number) => Uint8Array,
): Promise<string> {
  const { token, hash, display } = createToken("api", randomBytes);
  await sql.query(
    `insert into api_tokens (org_id, id, member_id, name, hash, display, minted_by, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [row.orgId, row.id, row.memberId, row.name, hash, display, row.mintedBy, row.expiresAt],
  );
  return token;
}

export function presentApiToken(row: ApiTokenRow, now: Date): Record<string, unknown> {
  const expired = row.expires_at !== null && row.expires_at <= now;
  return {
    id: row.id,
    name: row.name,
    display: row.display,
    member_id: row.member_id,
    status: row.revoked_at !== null ? "revoked" : expired ? "expired" : "active",
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at?.toISOString() ?? null,
    revoked_at: row.revoked_at?.toISOString() ?? null,
  };
}
