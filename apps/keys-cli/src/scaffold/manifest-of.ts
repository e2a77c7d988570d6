import { parseManifest, type KeyManifest } from "@meterr/runtime";
import type { ModuleNames, ModuleType } from "./module-type.ts";

/** The key.json a scaffold begins with: complete, and in agreement with its code. */
export function manifestOf(type: ModuleType, names: ModuleNames): KeyManifest {
  const { slug, title, table } = names;
  const base = {
    schema_version: "1.0.0",
    slug,
    title,
    description: `${title}: say what it does.`,
    tool: type === "ui" ? "next" : "node",
    key_type: [type],
    runtime: ["node"],
    version: "0.1.0",
    side_effects: [] as string[],
    required_env: [] as string[],
    optional_env: [] as string[],
    exposed_routes: [] as object[],
    tenant_scope: "per-user-tenant-id",
    compatibility: { node: ">=22" },
    dependencies: ["@meterr/runtime"],
    tables: type === "integration" ? [] : [table],
    license_spdx: "UNLICENSED",
    maturity: "experimental",
  };
  return parseManifest({ ...base, ...OWN[type](names) });
}

const CREDENTIALS = ["session", "jwt", "api_token"];

const OWN: Readonly<Record<ModuleType, (names: ModuleNames) => object>> = {
  route: ({ slug, table }) => ({
    side_effects: [`writes rows to ${table}`, "appends audit log entries"],
    dependencies: ["@meterr/runtime", "zod"],
    exposed_routes: [
      {
        path: `/api/v1/${slug}`,
        method: ["GET", "POST"],
        auth: CREDENTIALS,
        tenant_scope: "per-user-tenant-id",
        description: "The items, newest first; a new item.",
      },
    ],
  }),
  job: ({ snake, table }) => ({
    // The first version of the schema that knows jobs.
    schema_version: "1.1.0",
    side_effects: [`writes rows to ${table} and job_runs`],
    tenant_scope: "per-request-tenant-id",
    jobs: [{ name: `${snake}.run`, description: "Marks each tenant's rows as checked, once a day." }],
    tables: [table, "job_runs"],
  }),
  data: () => ({}),
  ui: () => ({
    dependencies: ["@meterr/runtime", "react"],
    tenant_scope: "per-session-tenant-id",
    compatibility: { node: ">=22", react: ">=18" },
  }),
  integration: ({ env }) => ({
    side_effects: ["calls https://api.example.com"],
    required_env: [`${env}_API_KEY`],
    dependencies: ["@meterr/runtime", "zod"],
    tenant_scope: "global",
    global_reason: "The provider account is the application's own: a call carries no tenant.",
  }),
};
