import type { FoundApiToken } from "@meterr/identity";
import type { Sql } from "@meterr/runtime";
import { membershipOf } from "./memberships-of.ts";

interface Row {
  org_id: string;
  token_id: string;
  member_id: string;
  role: string;
  expires_at: Date | null;
}

/** What `apiTokenAuthenticator` asks with the SHA-256 of a token: null when it is unknown, revoked or expired, or its member gone. */
export function findApiToken(lookup: Sql): (hash: Uint8Array) => Promise<FoundApiToken | null> {
  return async (hash) => {
    const found = await lookup.query<Row>(
      "select org_id, token_id, member_id, role, expires_at from find_api_token($1)",
      [hash],
    );
    const row = found.rows[0];
    if (row === undefined) return null;
    const label = `API token ${row.token_id}`;
    return { id: row.token_id, label, expiresAt: row.expires_at, membership: membershipOf(row) };
  };
}
