import { permit } from "@meterr/identity";
import { routeKey, type RouteKey } from "@meterr/runtime";
import { readCursor, writeCursor } from "../cursor.ts";
import { READ_LIMIT, type RouteParts } from "../route-parts.ts";
import { refusalsQuery } from "../validators/inputs.ts";

interface RefusalRow {
  id: string;
  occurred_at: Date;
  occurred_micros: string;
  virtual_key_id: string;
  member_id: string;
  simulated: boolean;
  provider: string;
  endpoint: string;
  model: string | null;
  code: string;
  status: number;
  request_id: string;
}

const PAGE = `select id, occurred_at, (extract(epoch from occurred_at) * 1000000)::bigint::text as occurred_micros,
    virtual_key_id, member_id, simulated, provider, endpoint, model, code, status, request_id
  from refusals
  where org_id = $1
    and ($2::bigint is null or (occurred_at, id) < (timestamptz 'epoch' + $2::bigint * interval '1 microsecond', $3::uuid))
    and ($4::timestamptz is null or occurred_at >= $4) and ($5::timestamptz is null or occurred_at < $5)
    and ($6::uuid is null or virtual_key_id = $6)
  order by occurred_at desc, id desc limit $7`;

export function listRefusals(parts: RouteParts): RouteKey {
  return routeKey({
    ...parts,
    method: "GET",
    path: "/api/v1/usage/refusals",
    authorize: permit("usage.read"),
    input: { query: refusalsQuery },
    limit: READ_LIMIT,
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async ({ sql, tenant, query }) => {
      const after = readCursor(query.cursor);
      const found = await sql.query<RefusalRow>(PAGE, [
        tenant.id,
        after?.micros ?? null,
        after?.id ?? null,
        query.since ?? null,
        query.until ?? null,
        query.virtual_key_id ?? null,
        query.limit + 1,
      ]);
      const rows = found.rows.slice(0, query.limit);
      const last = found.rows.length > query.limit ? rows.at(-1) : undefined;
      const items = rows.map(({ occurred_micros: _, ...row }) => ({
        ...row,
        occurred_at: row.occurred_at.toISOString(),
      }));
      return {
        status: 200,
        body: {
          items,
          next_cursor: last === undefined ? null : writeCursor({ micros: last.occurred_micros, id: last.id }),
        },
      };
    },
  });
}
