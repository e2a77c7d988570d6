import type { DataAssumptions, DataTable } from "./data.ts";
import { TENANT_POLICIES } from "./tenant-policies.ts";

/** What a person who runs the database must know and keep true, generated from what the code relies on. */
export function describeAssumptions(tables: readonly DataTable[], assumptions: DataAssumptions): string {
  const { tenant, notes = [] } = assumptions;
  const row = (table: DataTable): string =>
    "global" in table
      ? `| \`${table.name}\` | no tenant: ${table.global} | none |`
      : `| \`${table.name}\` | \`${table.tenantColumn}\` (${table.tenantType ?? "uuid"}) | ` +
        `\`${TENANT_POLICIES.permissive}\`, \`${TENANT_POLICIES.restrictive}\` |`;
  const column = "<tenant column>";
  return `### Tables

| table | tenant | policies |
|---|---|---|
${tables.map(row).join("\n")}

### Policies

Row-level security is enabled and forced, so that it binds the owner too. Both policies compare
\`${column} = ${tenant.expression("text")}\`, cast to the column's type, for reading (USING) and for writing (WITH CHECK).
\`${TENANT_POLICIES.permissive}\` (to ${tenant.role.replaceAll('"', "")}) admits the tenant's rows.
\`${TENANT_POLICIES.restrictive}\` (to every role) holds even when another policy admits more. A row without a tenant
matches nobody.

### How the tenant is set

${tenant.words}

### When row-level security is off

Every role that can query these tables would read and write every tenant's rows: there is no second wall behind this
one. So \`checkAssumptions(sql)\` is awaited at boot and the host must not serve when it throws. It asks the live
catalogue, as the application's own role, whether every table is there, row-level security is enabled and forced on it
and on every partition of it that the role may use, both policies stand as they were made, and the role is no superuser,
does not bypass row-level security, cannot act as an owner, and may not TRUNCATE, which no policy binds.
${notes.length === 0 ? "" : `\n### Also assumed\n\n${notes.map((note) => `- ${note}`).join("\n")}\n`}`;
}
