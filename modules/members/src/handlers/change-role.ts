import { mayAssign, permit } from "@meterr/identity";
import { Problem, routeKey, type RouteKey } from "@meterr/runtime";
import { LAST_OWNER, lockMembers } from "../member-rows.ts";
import { WRITE_LIMIT, type RouteParts } from "../route-parts.ts";
import { idParams, roleInput } from "../validators/inputs.ts";

/** Admins neither make nor unmake owners, and the last owner stays one: judged on rows that nobody else can move. */
export function changeRole(parts: RouteParts): RouteKey {
  return routeKey({
    ...parts,
    method: "PATCH",
    path: "/api/v1/members/:id",
    authorize: permit("members.update"),
    input: { params: idParams, body: roleInput },
    limit: WRITE_LIMIT,
    maxBodyBytes: 1024,
    idempotency: "accepted",
    problems: LAST_OWNER,
    handler: async ({ sql, tenant, params, body, audit }) => {
      const { actorRole, target } = await lockMembers(sql, tenant.id, { actor: tenant.subject, target: params.id });
      if (!mayAssign(actorRole, target.role, body.role)) {
        throw new Problem("forbidden", { detail: "Only an owner can make or unmake an owner." });
      }
      const changed = await sql.query<{ verdict: string }>("select change_member_role($1, $2, $3) as verdict", [
        tenant.id,
        target.id,
        body.role,
      ]);
      const verdict = changed.rows[0]?.verdict;
      if (verdict === "last_owner") throw new Problem("last_owner");
      if (verdict !== "changed") throw new Problem("not_found", { detail: "There is no such member." });
      await audit({
        action: "member.role_changed",
        subject: { type: "member", id: target.id },
        details: { from: target.role, to: body.role },
      });
      return { status: 200, body: { ...target, role: body.role, status: "active" } };
    },
  });
}
