import { isRole, mayAssign, permit } from "@meterr/identity";
import { Problem, routeKey, type RouteKey } from "@meterr/runtime";
import { lockOpenInvitation } from "../invitation-rows.ts";
import { WRITE_LIMIT, type RouteParts } from "../route-parts.ts";
import { idParams } from "../validators/inputs.ts";

/** Who may invite may withdraw; an invitation as an owner only owners. */
export function revokeInvitation(parts: RouteParts): RouteKey {
  return routeKey({
    ...parts,
    method: "DELETE",
    path: "/api/v1/invitations/:id",
    authorize: permit("members.create"),
    input: { params: idParams },
    limit: WRITE_LIMIT,
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async ({ sql, tenant, params, audit, now }) => {
      const open = await lockOpenInvitation(sql, tenant.id, { id: params.id });
      if (open === null) throw new Problem("not_found", { detail: "There is no such open invitation." });
      if (!isRole(tenant.role) || !mayAssign(tenant.role, open.role, null)) {
        throw new Problem("forbidden", { detail: "Only an owner can withdraw an owner's invitation." });
      }
      await sql.query("update invitations set revoked_at = $3 where org_id = $1 and id = $2", [
        tenant.id,
        open.id,
        now,
      ]);
      await audit({
        action: "member.invitation_revoked",
        subject: { type: "invitation", id: open.id },
        details: { role: open.role },
      });
      return { status: 204 };
    },
  });
}
