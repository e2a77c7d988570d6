import { isGranted, mayAssign, permit } from "@meterr/identity";
import { Problem, routeKey, type RouteKey } from "@meterr/runtime";
import { LAST_OWNER, lockMembers } from "../member-rows.ts";
import { WRITE_LIMIT, type RouteParts } from "../route-parts.ts";
import { idParams } from "../validators/inputs.ts";

/**
 * Ends a membership and all that acts for it: virtual keys and API tokens with it, sessions since each request reads
 * the memberships. Every member may leave, so the gate asks only for a role; removing somebody else is asked here.
 */
export function removeMember(parts: RouteParts): RouteKey {
  return routeKey({
    ...parts,
    method: "DELETE",
    path: "/api/v1/members/:id",
    authorize: permit("members.read"),
    input: { params: idParams },
    limit: WRITE_LIMIT,
    maxBodyBytes: 0,
    idempotency: "none",
    problems: LAST_OWNER,
    handler: async ({ sql, tenant, params, audit }) => {
      const { actorRole, target } = await lockMembers(sql, tenant.id, { actor: tenant.subject, target: params.id });
      const leaves = target.id === tenant.subject;
      if (!leaves && !(isGranted(actorRole, "members.remove") && mayAssign(actorRole, target.role, null))) {
        throw new Problem("forbidden");
      }
      const removed = await sql.query<{ verdict: string }>("select remove_member($1, $2) as verdict", [
        tenant.id,
        target.id,
      ]);
      const verdict = removed.rows[0]?.verdict;
      if (verdict === "last_owner") throw new Problem("last_owner");
      if (verdict !== "removed") throw new Problem("not_found", { detail: "There is no such member." });
      await audit({
        action: "member.removed",
        subject: { type: "member", id: target.id },
        details: { role: target.role, left: leaves },
      });
      return { status: 204 };
    },
  });
}
