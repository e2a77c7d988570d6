import { isGranted, isRole, PERMISSIONS, type Permission } from "@meterr/identity";
import { Problem, routeKey, type Membership, type RouteKey, type Sql } from "@meterr/runtime";
import { failureProblem } from "../failure-problem.ts";
import { READ_LIMIT, type GlobalParts } from "../route-parts.ts";
import { tenantHeader } from "../validators/inputs.ts";

interface Row {
  org_id: string;
  org_name: string;
  member_id: string;
  email: string;
  name: string;
  role: string;
}

/** Everybody whom a credential proves may ask who they are, members of several organisations and of none included. */
const anyone = (): boolean => true;

export function whoAmI(parts: GlobalParts, deps: { readonly lookup: Sql }): RouteKey {
  return routeKey({
    ...parts,
    method: "GET",
    path: "/api/v1/me",
    authorize: anyone,
    input: { headers: tenantHeader },
    limit: { address: READ_LIMIT.address },
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async ({ principal, headers }) => {
      const selected = select(principal.memberships, headers["x-tenant-id"]);
      const members = principal.memberships.map((membership) => membership.subjectId);
      const found = await deps.lookup
        .query<Row>("select org_id, org_name, member_id, email, name, role from members_by_id($1)", [members])
        .catch((error: unknown) => {
          throw failureProblem(error);
        });
      // What the credential proves decides; the names come along for those to whom it does.
      const rows = found.rows.filter((row) =>
        principal.memberships.some(({ tenantId, subjectId }) => tenantId === row.org_id && subjectId === row.member_id),
      );
      const current = rows.find((row) => row.org_id === selected?.tenantId);
      const role = current?.role;
      return {
        status: 200,
        body: {
          principal: { kind: principal.kind, id: principal.id, label: principal.label },
          memberships: rows.map((row) => ({
            organisation: { id: row.org_id, name: row.org_name },
            member_id: row.member_id,
            email: row.email,
            name: row.name,
            role: row.role,
          })),
          organisation_id: current?.org_id ?? null,
          member_id: current?.member_id ?? null,
          role: role ?? null,
          permissions: isRole(role) ? ALL.filter((permission) => isGranted(role, permission)) : [],
        },
      };
    },
  });
}

const ALL = Object.keys(PERMISSIONS) as Permission[];

/** As the tenant gate does, save that several and none named leaves none selected. */
function select(memberships: readonly Membership[], named: string | undefined): Membership | null {
  if (named === undefined) return memberships.length === 1 ? (memberships[0] ?? null) : null;
  const found = memberships.find(({ tenantId }) => tenantId === named.toLowerCase());
  if (found === undefined) throw new Problem("tenant_forbidden");
  return found;
}
