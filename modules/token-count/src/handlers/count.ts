import { permit } from "@meterr/identity";
import { costOf, exactUsd, findPrice, makeBuckets } from "@meterr/metering";
import { Problem, routeKey, type RouteKey } from "@meterr/runtime";
import type { TextCounter } from "../ports.ts";
import { priceInForce } from "../price-in-force.ts";
import { COUNT_LIMIT, type RouteParts } from "../route-parts.ts";
import { countInput } from "../validators/inputs.ts";

/** 100,000 characters of four bytes; JSON may write each as two \uXXXX escapes of six bytes. */
const MAX_BODY_BYTES = 100_000 * 12 + 4096;

/** Counts a text and prices it as input. The text is neither stored nor logged. */
export function countText(parts: RouteParts, deps: { readonly counter: TextCounter }): RouteKey {
  return routeKey({
    ...parts,
    method: "POST",
    path: "/api/v1/token-count",
    authorize: permit("token_count.use"),
    input: { body: countInput },
    limit: COUNT_LIMIT,
    maxBodyBytes: MAX_BODY_BYTES,
    idempotency: "none",
    problems: {
      model_unpriced: {
        status: 404,
        detail: "This provider has no model of this name with a known price. An admin can set one.",
      },
      counter_unavailable: { status: 503, detail: "The token counter does not answer." },
    },
    handler: async ({ sql, tenant, body, now }) => {
      // Counted before the transaction opens: a connection is not held while a text is counted.
      const model = findPrice(body.provider, body.model, now)?.model ?? body.model;
      const { tokens, exact } = await deps.counter
        .estimate({ text: body.text, model, provider: body.provider })
        .catch((cause: unknown) => {
          throw new Problem("counter_unavailable", { status: 503, headers: { "retry-after": "1" }, cause });
        });
      const price = await priceInForce(sql, tenant.id, body.provider, body.model, now);
      if (price === null) throw new Problem("model_unpriced", { status: 404, errors: [{ path: "body.model" }] });
      const cost = costOf(makeBuckets({ input: tokens }), price.table);
      return {
        status: 200,
        body: {
          tokens,
          exact,
          cost_usd: exactUsd(cost),
          cost_nanousd: cost.toString(),
          price_version: price.version,
          price_source: price.source,
          model_resolved: price.model,
        },
      };
    },
  });
}
