import { permit } from "@meterr/identity";
import { routeKey, type RouteKey } from "@meterr/runtime";
import { readCursor, writeCursor } from "../cursor.ts";
import { READ_LIMIT, type RouteParts } from "../route-parts.ts";
import { listQuery } from "../validators/inputs.ts";
import { presentVirtualKey, SELECT_PAGE, type VirtualKeyRow } from "../virtual-key.ts";

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
      const after = readCursor(query.cursor);
      const found = await sql.query<VirtualKeyRow>(SELECT_PAGE, [
        tenant.id,
        query.include_revoked === "true",
        after?.micros ?? null,
        after?.id ?? null,
        query.limit + 1,
      ]);
      const rows = found.rows.slice(0, query.limit);
      const last = found.rows.length > query.limit ? rows.at(-1) : undefined;
      return {
        status: 200,
        body: {
          items: rows.map((row) => presentVirtualKey(row, now)),
          next_cursor: last === undefined ? null : writeCursor({ micros: last.created_micros, id: last.id }),
        },
      };
    },
  });
}
