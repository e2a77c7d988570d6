import type { Rule } from "../rule.ts";

export const missingPermission: Rule = {
  id: "auth/missing-permission",
  title: "A KEY says who may call it, and not what they may do",
  explanation:
    "The route or component of a KEY module authenticates its caller and confines it to a tenant, and names " +
    "no `authorize`. Whoever is a member of the tenant may then do what it does: a viewer changes budgets, a " +
    "developer reads the audit log. The runtime refuses to construct such a route; a component without " +
    "`authorize` is shown to every member.",
  cwe: [862, 285],
  severity: "high",
  precision: "very-high",
  fix:
    'Name what the caller must be allowed: `authorize: permit("budgets.update")` or a function of tenant and ' +
    "principal. Where every member is meant, say so: `authorize: () => true`.",
  bad: [
    {
      path: "src/handlers/remove-budget.ts",
      code: `import { routeKey, type Authenticator, type KeyManifest, type RuntimeHost, type TenantResolver } from "@meterr/runtime";
import { z } from "zod";

interface Parts {
  readonly host: RuntimeHost;
  readonly manifest: KeyManifest;
  readonly auth: Authenticator;
  readonly tenant: TenantResolver;
}

export function removeBudget(parts: Parts) {
  return routeKey({
    ...parts,
    method: "DELETE",
    path: "/api/v1/budgets/:id",
    input: { params: z.strictObject({ id: z.uuid() }) },
    limit: { address: { points: 60, seconds: 60 }, tenant: { points: 60, seconds: 60 } },
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async ({ sql, tenant, params }) => {
      await sql.query("delete from budgets where id = $1 and org_id = $2", [params.id, tenant.id]);
      return { status: 204 };
    },
  });
}
`,
    },
  ],
  good: [
    {
      path: "src/handlers/remove-budget.ts",
      code: `import { routeKey, type Authenticator, type KeyManifest, type RuntimeHost, type TenantResolver } from "@meterr/runtime";
import { z } from "zod";

interface Parts {
  readonly host: RuntimeHost;
  readonly manifest: KeyManifest;
  readonly auth: Authenticator;
  readonly tenant: TenantResolver;
}

export function removeBudget(parts: Parts) {
  return routeKey({
    ...parts,
    method: "DELETE",
    path: "/api/v1/budgets/:id",
    authorize: ({ tenant }) => tenant.role === "owner",
    input: { params: z.strictObject({ id: z.uuid() }) },
    limit: { address: { points: 60, seconds: 60 }, tenant: { points: 60, seconds: 60 } },
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async ({ sql, tenant, params }) => {
      await sql.query("delete from budgets where id = $1 and org_id = $2", [params.id, tenant.id]);
      return { status: 204 };
    },
  });
}
`,
    },
  ],
};
