import type { KeyManifest } from "@meterr/runtime";
import type { ModuleNames, ModuleType } from "./module-type.ts";

/** What the documents of a scaffold say that depends on its type. */
export function documentsOf(
  type: ModuleType,
  names: ModuleNames,
  manifest: KeyManifest,
  ext: "js" | "ts",
): Record<string, string> {
  const { tables, required_env: env } = manifest;
  return {
    quickstart: QUICKSTARTS[type](names, ext),
    installation: tables.length === 0 ? "Nothing to run: it has no tables." : installationOf(type, names, tables),
    configuration: env.length === 0 ? "None." : env.map((name) => `- \`${name}\`: required; a secret.`).join("\n"),
    rls: tables.length === 0 ? "It has no tables and carries no tenant's data." : rlsOf(tables),
    removal: tables.length === 0 ? "" : `, run \`migrations/0001_${names.table}.down.sql\` (the data is lost)`,
  };
}

/** The runtime's table of runs serves every job of a host, so no module brings it. */
const JOB_RUNS = `Once for all jobs of the application, make the runtime's \`job_runs\` as well:

\`\`\`sh
node --input-type=module -e 'import { jobRunsTable } from "@meterr/runtime"; console.log(jobRunsTable().up)'
\`\`\``;

/** As with the runs of jobs: one table for every route of a host. */
const IDEMPOTENCY_KEYS = `Clients may send an \`Idempotency-Key\` with \`POST\`. For that, once for all routes of the application, run
\`node_modules/@meterr/runtime/migrations/idempotency-keys/0001_idempotency_keys.up.sql\` and grant the application
\`select, insert, delete\` on \`idempotency_keys\`. Without the table such a request is answered 500; others need none.`;

function installationOf(type: ModuleType, { table }: ModuleNames, tables: readonly string[]): string {
  const grants = tables.map((name) => `grant select, insert, update on ${name} to app;`).join("\n");
  const parts = [
    `Run \`migrations/0001_${table}.up.sql\` as the role that shall own the tables.`,
    ...(tables.includes("job_runs") ? [JOB_RUNS] : []),
    ...(type === "route" ? [IDEMPOTENCY_KEYS] : []),
    `Grant the application's role what it needs:\n\n\`\`\`sql\n${grants}\n\`\`\``,
  ];
  return parts.join("\n\n");
}

function rlsOf(tables: readonly string[]): string {
  return [
    `- Tables: ${tables.map((table) => `\`${table}\``).join(", ")}; row-level security enabled and forced on each.`,
    "- Policies: `tenant_isolation` admits rows whose `org_id` is the tenant's; `tenant_isolation_only` holds even when",
    "  another policy admits more.",
    "- The tenant is set with `set_config('app.tenant_id', …, true)` in each transaction; without one no row is seen.",
    "- When row-level security is off, every role that can query the tables sees every tenant's rows: the host checks at",
    "  boot and does not serve then.",
  ].join("\n");
}

const QUICKSTARTS: Readonly<Record<ModuleType, (names: ModuleNames, ext: string) => string>> = {
  route: ({ slug, pascal }, ext) => `import { mount } from "@meterr/runtime";
import { create${pascal} } from "../modules/${slug}/src/index.${ext}";

const { routes } = create${pascal}({ host, auth, authorize: { read: () => true, create: () => true } });
export const handle = mount(routes);`,
  job: ({ slug, pascal }, ext) => `import { create${pascal} } from "../modules/${slug}/src/index.${ext}";

const run = create${pascal}({ host, serviceAccount, tenants });
const report = await run(); // from your scheduler`,
  data: ({ slug, pascal }, ext) => `import { create${pascal} } from "../modules/${slug}/src/index.${ext}";

await create${pascal}().checkAssumptions(pool); // at boot, as the application's role; do not serve when it throws`,
  ui: ({ slug, pascal }, ext) => `import { headers } from "next/headers";
import { create${pascal} } from "../modules/${slug}/src/index.${ext}";

export const ${pascal} = create${pascal}({ host: { ...host, headers }, auth });`,
  integration: ({ slug, pascal, env }, ext) => `import { Secret } from "@meterr/runtime";
import { create${pascal} } from "../modules/${slug}/src/index.${ext}";

const readThing = create${pascal}({ secret: new Secret(process.env["${env}_API_KEY"] ?? "") });
const thing = await readThing("1");`,
};
