import { z } from "zod";

const words = z.string().min(1).max(2000);
const names = z.array(z.string().regex(/^[A-Z][A-Z0-9_]*$/));

export const TENANT_SCOPES = [
  "per-request-tenant-id",
  "per-user-tenant-id",
  "per-session-tenant-id",
  "global",
] as const;

export const AUTH_KINDS = ["session", "jwt", "api_token", "webhook", "service_account", "public"] as const;

const exposedRoute = z.strictObject({
  path: z.string().regex(/^\/[A-Za-z0-9/_:.-]*$/),
  method: z.array(z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"])).min(1),
  auth: z
    .array(z.enum(AUTH_KINDS))
    .min(1)
    .describe("Every kind of credential the route may take, of which a host takes one at least; or public alone."),
  tenant_scope: z.enum(TENANT_SCOPES),
  description: words,
});

const declaredJob = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/)
    .max(64)
    .describe("Also the scope its service account needs."),
  description: words,
});

/** Every version a `key.json` may be of, oldest first. A later one only adds optional fields: 1.1.0 added `jobs`. */
export const MANIFEST_VERSIONS = ["1.0.0", "1.1.0"] as const;

/** The schema of `key.json`. Published as JSON Schema in `schema/key.schema.json`, earlier ones in `schema/versions`. */
export const keyManifestSchema = z
  .strictObject({
    $schema: z.string().optional(),
    schema_version: z.enum(MANIFEST_VERSIONS),
    slug: z
      .string()
      .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
      .max(64),
    title: words,
    description: words,
    tool: z.string().min(1).max(64).describe("What the module is made for: node, next, …"),
    key_type: z.array(z.enum(["route", "job", "data", "ui", "integration"])).min(1),
    runtime: z.array(z.enum(["node", "edge"])).min(1),
    version: z.string().regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/),
    side_effects: z.array(words).describe("Each effect outside the answer: rows written, mail sent, calls made."),
    required_env: names,
    optional_env: names,
    exposed_routes: z.array(exposedRoute),
    jobs: z.array(declaredJob).optional().describe("What runs without a request, for one tenant after the other."),
    tenant_scope: z.enum(TENANT_SCOPES),
    compatibility: z.record(z.string(), z.string()).describe("Package to version range, for example node: >=20."),
    dependencies: z.array(z.string().min(1)),
    tables: z.array(z.string().regex(/^[a-z_][a-z0-9_.]*$/)),
    license_spdx: z.string().min(1).max(64),
    global_reason: words.optional(),
    public_reason: words.optional(),
    author: words.optional(),
    documentation: z.string().optional(),
    tags: z.array(z.string().min(1).max(64)).optional(),
    outcome: words.optional(),
    maturity: z.enum(["experimental", "beta", "stable", "deprecated"]).optional(),
  })
  .meta({ title: "KEY module manifest", $id: "key.schema.json" });

export type KeyManifest = Readonly<z.infer<typeof keyManifestSchema>>;
export type DeclaredJob = Readonly<z.infer<typeof declaredJob>>;
export type ExposedRoute = Readonly<z.infer<typeof exposedRoute>>;
