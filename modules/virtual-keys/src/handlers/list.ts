import { permit } from "@meterr/identity";
import { Problem, routeKey, type RouteKey } from "@meterr/runtime";
import { READ_LIMIT, type RouteParts } from "../route-parts.ts";
import { listQuery } from "../validators/inputs.ts";
import { presentVirtualKey, SELECT, type VirtualKeyRow } from "../virtual-key.ts";

/** Milliseconds, as a cursor carries them: ordering by more would lose rows between two pages. */
const PAGE = `${SELECT}
  where k.org_id = $1 and ($2 or k.revoked_at is null) and ($3::timestamptz is null or (date_trunc('milliseconds', k.created_at), k.id) < ($3, $4::uuid))
  order by date_trunc('milliseconds', k.created_at) desc, k.id desc limit $5`;

export function listVirtualKeys(parts: RouteParts): RouteKey {
  return routeKey({
    ...parts,
    method: "GET",
    path: "/api/v1/virtual-keys",
    authorize: permit("virtual_keys.read"),
    input: { query: listQuery },
    limit: READ_LIMIT,
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async ({ sql, tenant, query, now }) => {
      const after = query.cursor === undefined ? null : readCursor(query.cursor);
      const found = await sql.query<VirtualKeyRow>(PAGE, [
        tenant.id,
        query.include_revoked === "true",
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
          items: rows.map((row) => presentVirtualKey(row, now)),
          next_cursor: more ? `${last.created_at.toISOString()}_${last.id}` : null,
        },
      };
    },
  });
}

function readCursor(cursor: string): { createdAt: string; id: string } {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)_([0-9a-f-]{36})$/.exec(cursor);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new Problem("invalid_input", {
      detail: "Use next_cursor of the page before.",
      errors: [{ path: "query.cursor" }],
    });
  }
  return { createdAt: match[1], id: match[2] };
}
