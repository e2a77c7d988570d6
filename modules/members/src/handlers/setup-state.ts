import { routeKey, type RouteKey, type Sql } from "@meterr/runtime";
import { failureProblem } from "../failure-problem.ts";
import { OPEN_LIMIT, type PublicParts } from "../route-parts.ts";

export function setupState(parts: PublicParts, deps: { readonly lookup: Sql }): RouteKey {
  return routeKey({
    ...parts,
    method: "GET",
    path: "/api/v1/setup",
    input: {},
    limit: OPEN_LIMIT,
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async () => {
      const found = await deps.lookup
        .query("select from instance where setup_completed_at is null")
        .catch((error: unknown) => {
          throw failureProblem(error);
        });
      return { status: 200, body: { open: found.rows.length === 1 } };
    },
  });
}
