import { permit } from "@meterr/identity";
import { Problem, routeKey, type RouteKey } from "@meterr/runtime";
import { COLUMNS, insertApiToken, presentApiToken, type ApiTokenRow } from "../api-token-rows.ts";
import { WRITE_LIMIT, type Deps, type RouteParts } from "../route-parts.ts";
import { apiTokenInput } from "../validators/inputs.ts";

/** A token for oneself, with the role one has at each use of it. A replay of the request answers without the token. */
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
    problems: { expiry_past: { status: 400, detail: "expires_at lies in the past." } },
    handler: async ({ sql, tenant, body, audit, now }) => {
      if (tenant.subject === null) throw new Problem("forbidden", { detail: "Only a member can mint an API token." });
      const expiresAt = body.expires_at ?? null;
      if (expiresAt !== null && expiresAt <= now) {
        throw new Problem("expiry_past", { errors: [{ path: "body.expires_at" }] });
      }
      const id = deps.newId();
      const row = { orgId: tenant.id, id, memberId: tenant.subject, name: body.name, expiresAt };
      const token = await insertApiToken(sql, row, deps.randomBytes);
      await audit({
        action: "api_token.minted",
        subject: { type: "api_token", id },
        details: { name: body.name, expires_at: expiresAt?.toISOString() ?? null },
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
