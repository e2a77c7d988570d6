import { permit } from "@meterr/identity";
import { routeKey, type RouteKey } from "@meterr/runtime";
import { readCursor, writeCursor } from "../cursor.ts";
import { EVENT_COLUMNS, presentEvent, type EventRow } from "../event.ts";
import { READ_LIMIT, type RouteParts } from "../route-parts.ts";
import { eventsQuery } from "../validators/inputs.ts";

const PAGE = `select ${EVENT_COLUMNS} from events
  where org_id = $1
    and ($2::bigint is null or (occurred_at, id) < (timestamptz 'epoch' + $2::bigint * interval '1 microsecond', $3::uuid))
    and ($4::timestamptz is null or occurred_at >= $4) and ($5::timestamptz is null or occurred_at < $5)
    and ($6::uuid is null or virtual_key_id = $6) and ($7::uuid is null or member_id = $7)
    and ($8::text is null or provider = $8) and ($9::text is null or $9 in (model_requested, model_served))
    and ($10::boolean is null or simulated = $10)
  order by occurred_at desc, id desc limit $11`;

export function listEvents(parts: RouteParts): RouteKey {
  return routeKey({
    ...parts,
    method: "GET",
    path: "/api/v1/usage/events",
    authorize: permit("usage.read"),
    input: { query: eventsQuery },
    limit: READ_LIMIT,
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async ({ sql, tenant, query }) => {
      const after = readCursor(query.cursor);
      const found = await sql.query<EventRow>(PAGE, [
        tenant.id,
        after?.micros ?? null,
        after?.id ?? null,
        query.since ?? null,
        query.until ?? null,
        query.virtual_key_id ?? null,
        query.member_id ?? null,
        query.provider ?? null,
        query.model ?? null,
        query.simulated === "any" ? null : query.simulated === "true",
        query.limit + 1,
      ]);
      const rows = found.rows.slice(0, query.limit);
      const last = found.rows.length > query.limit ? rows.at(-1) : undefined;
      return {
        status: 200,
        body: {
          items: rows.map(presentEvent),
          next_cursor: last === undefined ? null : writeCursor({ micros: last.occurred_micros, id: last.id }),
        },
      };
    },
  });
}
