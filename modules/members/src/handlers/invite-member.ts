import { isRole, mayAssign, permit } from "@meterr/identity";
import { Problem, routeKey, type RouteKey, type Sql } from "@meterr/runtime";
import { hashToken } from "@meterr/vault";
import { INVITATION_DAYS, INVITATION_PROBLEMS, lockOpenInvitation } from "../invitation-rows.ts";
import { WRITE_LIMIT, type Deps, type RouteParts } from "../route-parts.ts";
import { inviteInput } from "../validators/inputs.ts";

/**
 * Invites by e-mail address; an open invitation of the same address is replaced. The token stands in this one answer,
 * and a replay of the request answers without it. Bytes: 256 bits, as the token of setup.
 */
const TOKEN_BYTES = 32;
const DAY = 86_400_000;

export function inviteMember(parts: RouteParts, deps: Pick<Deps, "newId" | "randomBytes">): RouteKey {
  return routeKey({
    ...parts,
    method: "POST",
    path: "/api/v1/members",
    authorize: permit("members.create"),
    input: { body: inviteInput },
    limit: WRITE_LIMIT,
    maxBodyBytes: 4 * 1024,
    idempotency: "accepted",
    problems: { already_member: INVITATION_PROBLEMS.already_member },
    handler: async ({ sql, tenant, body, audit, now }) => {
      const { email, name, role } = body;
      if (tenant.subject === null || !isRole(tenant.role) || !mayAssign(tenant.role, null, role)) {
        throw new Problem("forbidden", { detail: "Only an owner can make somebody an owner." });
      }
      await refuseMember(sql, tenant.id, email);
      const before = await lockOpenInvitation(sql, tenant.id, { email });
      if (before !== null) {
        if (!mayAssign(tenant.role, before.role, null)) {
          throw new Problem("forbidden", {
            detail: "This address is invited as an owner; only an owner can change that.",
          });
        }
        await sql.query("update invitations set revoked_at = $3 where org_id = $1 and id = $2", [
          tenant.id,
          before.id,
          now,
        ]);
      }
      const id = deps.newId();
      const token = Buffer.from(deps.randomBytes(TOKEN_BYTES)).toString("base64url");
      const expiresAt = new Date(now.getTime() + INVITATION_DAYS * DAY);
      await sql
        .query(
          `insert into invitations (org_id, id, email, name, role, hash, invited_by, expires_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8)`,
          [tenant.id, id, email, name, role, hashToken(token), tenant.subject, expiresAt],
        )
        .catch(invitedMeanwhile);
      await audit({
        action: "member.invited",
        subject: { type: "invitation", id },
        details: { role, replaces: before?.id ?? null },
      });
      const invited = { id, email, name, role, status: "invited", expires_at: expiresAt.toISOString() };
      return {
        status: 201,
        body: { ...invited, invitation_token: token },
        replayBody: { ...invited, invitation_token: null },
      };
    },
  });
}

async function refuseMember(sql: Sql, orgId: string, email: string): Promise<void> {
  const found = await sql.query(
    "select from members where org_id = $1 and lower(email) = $2 and removed_at is null limit 1",
    [orgId, email],
  );
  if (found.rows.length > 0) throw new Problem("already_member");
}

/** SQLSTATE 23505: two invitations of one address at once. */
function invitedMeanwhile(error: unknown): never {
  if (error instanceof Error && "code" in error && error.code === "23505") {
    throw new Problem("conflict", { detail: "This address is being invited already." });
  }
  throw error;
}
