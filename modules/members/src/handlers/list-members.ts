import { permit } from "@meterr/identity";
import { Problem, routeKey, type RouteKey } from "@meterr/runtime";
import { READ_LIMIT, type RouteParts } from "../route-parts.ts";
import { membersQuery } from "../validators/inputs.ts";

interface Row {
  id: string;
  email: string;
  name: string;
  role: string;
  status: "active" | "invited";
  created_at: Date;
  expires_at: Date | null;
}

/** Members and open invitations as one list. Milliseconds, as a cursor carries them. */
const PAGE = `select * from (
    select id, email, name, role, 'active' as status, date_trunc('milliseconds', created_at) as created_at,
      null::timestamptz as expires_at
    from members where org_id = $1 and removed_at is null
    union all
    select id, email, name, role, 'invited', date_trunc('milliseconds', created_at), expires_at
    from invitations where org_id = $1 and accepted_at is null and revoked_at is null and expires_at > $2
  ) as everybody
  where $3::timestamptz is null or (created_at, id) > ($3, $4::uuid)
  order by created_at, id limit $5`;

export function listMembers(parts: RouteParts): RouteKey {
  return routeKey({
    ...parts,
    method: "GET",
    path: "/api/v1/members",
    authorize: permit("members.read"),
    input: { query: membersQuery },
    limit: READ_LIMIT,
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async ({ sql, tenant, query, now }) => {
      const after = query.cursor === undefined ? null : readCursor(query.cursor);
      const found = await sql.query<Row>(PAGE, [
        tenant.id,
        now,
        after?.createdAt ?? null,
        after?.id ?? null,
        query.limit + 1,
      ]);
      const rows = found.rows.slice(0, query.limit);
      const last = rows.at(-1);
      const more = found.rows.length > query.limit && last !== undefined;
      return {
        status: 200,
        body: {
          items: rows.map(present),
          next_cursor: more ? `${last.created_at.toISOString()}_${last.id}` : null,
        },
      };
    },
  });
}

function present(row: Row): Record<string, unknown> {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    role: row.role,
    status: row.status,
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at?.toISOString() ?? null,
  };
}

function readCursor(cursor: string): { createdAt: string; id: string } {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(cursor);
  if (match?.[1] === undefined || match[2] === undefined || Number.isNaN(Date.parse(match[1]))) {
    throw new Problem("invalid_input", {
      detail: "Use next_cursor of the page before.",
      errors: [{ path: "query.cursor" }],
    });
  }
  return { createdAt: match[1], id: match[2] };
}
