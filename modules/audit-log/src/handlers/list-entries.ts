import { routeKey, type RouteKey } from "@meterr/runtime";
import { ENTRY_COLUMNS, presentEntry, type EntryRow } from "../entry.ts";
import { READ_LIMIT, type RouteParts } from "../route-parts.ts";
import { entriesQuery } from "../validators/inputs.ts";

const PAGE = `select ${ENTRY_COLUMNS} from audit_log_entries
  where org_id = $1 and ($2::bigint is null or seq < $2)
    and ($3::text is null or action = $3) and ($4::text is null or actor_id = $4)
    and ($5::text is null or subject_type = $5) and ($6::text is null or subject_id = $6)
    and ($7::timestamptz is null or at >= $7) and ($8::timestamptz is null or at < $8)
  order by seq desc limit $9`;

/** The entries, newest first. */
export function listEntries(parts: RouteParts): RouteKey {
  return routeKey({
    ...parts,
    method: "GET",
    path: "/api/v1/audit-log/entries",
    input: { query: entriesQuery },
    limit: READ_LIMIT,
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async ({ sql, tenant, query }) => {
      const found = await sql.query<EntryRow>(PAGE, [
        tenant.id,
        query.cursor ?? null,
        query.action ?? null,
        query.actor ?? null,
        query.subject_type ?? null,
        query.subject ?? null,
        query.since ?? null,
        query.until ?? null,
        query.limit + 1,
      ]);
      const rows = found.rows.slice(0, query.limit);
      const last = found.rows.length > query.limit ? rows.at(-1) : undefined;
      return { status: 200, body: { items: rows.map(presentEntry), next_cursor: last?.seq ?? null } };
    },
  });
}
