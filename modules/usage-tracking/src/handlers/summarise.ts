import { permit } from "@meterr/identity";
import { routeKey, type RouteKey } from "@meterr/runtime";
import { READ_LIMIT, type RouteParts } from "../route-parts.ts";
import { readSummary } from "../summary.ts";
import { summaryQuery } from "../validators/inputs.ts";

export function summarise(parts: RouteParts): RouteKey {
  return routeKey({
    ...parts,
    method: "GET",
    path: "/api/v1/usage/summary",
    authorize: permit("usage.read"),
    input: { query: summaryQuery },
    limit: READ_LIMIT,
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async ({ sql, tenant, query, now }) => ({
      status: 200,
      body: await readSummary(sql, {
        orgId: tenant.id,
        by: query.by,
        days: query.days,
        simulated: query.simulated === "true",
        now,
      }),
    }),
  });
}
