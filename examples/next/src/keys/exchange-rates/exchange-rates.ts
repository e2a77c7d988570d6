import {
  declaredEnvironment,
  keyModule,
  memberTenant,
  parseManifest,
  Problem,
  routeKey,
  Secret,
  type Authenticator,
  type KeyModule,
  type RuntimeHost,
} from "@meterr/runtime";
import { z } from "zod";
import manifestJson from "./key.json" with { type: "json" };
import { ratesIntegration } from "./rates-integration.ts";

const RATES = "https://rates.example";

/** Bills' own KEY. Throws RuntimeError `environment_missing` without RATES_API_KEY. */
export function exchangeRates(
  host: RuntimeHost,
  auth: Authenticator,
  env: Readonly<Record<string, string | undefined>>,
): KeyModule {
  const manifest = parseManifest(manifestJson);
  const environment = declaredEnvironment(manifest, env);
  const key = new Secret(environment.required("RATES_API_KEY"));
  const rateOf = ratesIntegration(manifest, key, environment.optional("RATES_ORIGIN") ?? RATES);
  const route = routeKey({
    host,
    manifest,
    method: "GET",
    path: "/api/v1/converted-invoices/:id",
    auth,
    tenant: memberTenant(),
    authorize: ({ tenant }) => tenant.role === "owner" || tenant.role === "bookkeeper",
    input: {
      params: z.strictObject({ id: z.uuid() }),
      query: z.strictObject({ currency: z.string().regex(/^[A-Z]{3}$/) }),
    },
    limit: { address: { points: 120, seconds: 60 }, tenant: { points: 120, seconds: 60 } },
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async ({ sql, tenant, params, query, signal }) => {
      // Before the transaction opens: nothing waits for the service with a connection in hand.
      const rate = await rateOf(query.currency, { signal });
      const { rows } = await sql.query<{ cents: number }>(
        "select cents from invoices where id = $1 and company_id = $2",
        [params.id, tenant.id],
      );
      const [invoice] = rows;
      if (invoice === undefined) throw new Problem("not_found");
      const cents = Math.round(invoice.cents * rate);
      return { status: 200, body: { id: params.id, currency: query.currency, cents, rate } };
    },
  });
  return keyModule({ manifest, routes: [route], integrations: [rateOf], environment });
}
