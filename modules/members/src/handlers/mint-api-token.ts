import { permit } from "@meterr/identity";
import { Problem, routeKey, type Principal, type RouteKey, type Sql } from "@meterr/runtime";
import { COLUMNS, insertApiToken, MOST_API_TOKENS, presentApiToken, type ApiTokenRow } from "../api-token-rows.ts";
import { WRITE_LIMIT, type Deps, type RouteParts } from "../route-parts.ts";
import { apiTokenInput } from "../validators/inputs.ts";

/**
 * A token for oneself, with the role one has at each use of it. What a token mints ends with it and mints none further,
 * so that revoking a leaked one leaves nothing behind. A replay of the request answers without the token.
 */
export function mintApiToken(parts: RouteParts, deps: Pick<Deps, "newId" | "randomBytes">): RouteKey {
  return routeKey({
    ...parts,
    method: "POST",
    path: "/api/v1/api-tokens",
    authorize: permit("api_tokens.create"),
    input: { body: apiTokenInput },
    limit: WRITE_LIMIT,
    maxBodyBytes: 4 * 1024,
    idempotency: "accepted",
    problems: {
      expiry_past: { status: 400, detail: "expires_at lies in the past." },
      expiry_beyond: { status: 400, detail: "expires_at lies beyond the expiry of the API token that asks." },
    },
    handler: async ({ sql, tenant, principal, body, audit, now }) => {
      if (tenant.subject === null) throw new Problem("forbidden", { detail: "Only a member can mint an API token." });
      const minter = principal.kind === "api_token" ? await readMinter(sql, tenant.id, principal) : null;
      const expiresAt = body.expires_at ?? minter?.expires_at ?? null;
      if (expiresAt !== null && expiresAt <= now) {
        throw new Problem("expiry_past", { errors: [{ path: "body.expires_at" }] });
      }
      if (minter !== null && minter.expires_at !== null && expiresAt !== null && expiresAt > minter.expires_at) {
        throw new Problem("expiry_beyond", { errors: [{ path: "body.expires_at" }] });
      }
      await refuseTooMany(sql, tenant.id);
      const id = deps.newId();
      const mintedBy = minter?.id ?? null;
      const row = { orgId: tenant.id, id, memberId: tenant.subject, name: body.name, mintedBy, expiresAt };
      const token = await insertApiToken(sql, row, deps.randomBytes);
      await audit({
        action: "api_token.minted",
        subject: { type: "api_token", id },
        details: { name: body.name, expires_at: expiresAt?.toISOString() ?? null, minted_by: mintedBy },
      });
      const found = await sql.query<ApiTokenRow>(`select ${COLUMNS} from api_tokens where org_id = $1 and id = $2`, [
        tenant.id,
        id,
      ]);
      const made = found.rows[0];
      if (made === undefined) throw new TypeError("The token just made is not there.");
      const presented = presentApiToken(made, now);
      return { status: 201, body: { ...presented, token }, replayBody: { ...presented, token: null } };
    },
  });
}

async function refuseTooMany(sql: Sql, orgId: string): Promise<void> {
  const found = await sql.query<{ many: boolean }>(
    "select count(*) >= $2 as many from api_tokens where org_id = $1 and revoked_at is null",
    [orgId, MOST_API_TOKENS],
  );
  if (found.rows[0]?.many !== true) return;
  throw new Problem("conflict", { detail: `There are ${MOST_API_TOKENS} API tokens. Revoke one that is not used.` });
}

interface Minter {
  id: string;
  minted_by: string | null;
  expires_at: Date | null;
}

async function readMinter(sql: Sql, orgId: string, { id }: Principal): Promise<Minter> {
  const found = await sql.query<Minter>(
    "select id, minted_by, expires_at from api_tokens where org_id = $1 and id = $2",
    [orgId, id],
  );
  const minter = found.rows[0];
  if (minter === undefined || minter.minted_by !== null) {
    throw new Problem("forbidden", { detail: "A token minted by a token mints none. Sign in, or use the first one." });
  }
  return minter;
}
