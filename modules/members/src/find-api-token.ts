import type { FoundApiToken } from "@meterr/identity";
import type { Sql } from "@meterr/runtime";
import { membershipOf } from "./memberships-of.ts";

interface Row {
  org_id: string;
  token_id: string;
  token_name: string;
  member_id: string;
  email: string;
  role: string;
  expires_at: Date | null;
}

/** As many characters as the audit log keeps of who acted. */
const LONGEST_LABEL = 320;

/** What `apiTokenAuthenticator` asks with the SHA-256 of a token: null when it is unknown, revoked or expired, or its member gone. */
export function findApiToken(lookup: Sql): (hash: Uint8Array) => Promise<FoundApiToken | null> {
  return async (hash) => {
    const found = await lookup.query<Row>(
      "select org_id, token_id, token_name, member_id, email, role, expires_at from find_api_token($1)",
      [hash],
    );
    const row = found.rows[0];
    if (row === undefined) return null;
    const label = `${row.email}, by the API token ${row.token_name}`.slice(0, LONGEST_LABEL);
    return { id: row.token_id, label, expiresAt: row.expires_at, membership: membershipOf(row) };
  };
}
