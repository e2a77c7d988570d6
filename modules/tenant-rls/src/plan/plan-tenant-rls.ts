import {
  describeAssumptions,
  enableTenantPolicies,
  readTenantTables,
  removeTenantPolicies,
  sqlIdentifier,
  TENANT_POLICIES,
  TENANT_TYPES,
  type FoundTable,
  type Sql,
  type TenantSource,
  type TenantType,
} from "@meterr/runtime";
import { asked } from "../asked.ts";
import { TenantRlsError } from "../errors.ts";
import type { PlannedTable, TableToSecure, TenantRlsPlan } from "./plan.ts";

// A partition can be queried by its own name, and then its parent's policies do not bind.
const PARTITIONS = `
  with recursive below (parent, oid) as (
    select w.name, i.inhrelid from unnest($1::text[], $2::text[]) w (name, quoted)
      join pg_inherits i on i.inhparent = to_regclass(w.quoted)
    union all
    select b.parent, i.inhrelid from below b join pg_inherits i on i.inhparent = b.oid
  )
  select b.parent, n.nspname || '.' || c.relname as name
  from below b join pg_class c on c.oid = b.oid join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') order by 1, 2`;

/**
 * Reads the live catalogue, as the role that owns the tables, and says what would put them under their tenant; it
 * changes nothing. Partitions are included.
 * Throws TenantRlsError: `input_invalid`, `table_missing`, `not_a_table`, `tenant_column_missing`,
 * `tenant_type_unsupported`, `already_secured`, `not_owner`, `database_unavailable`; RuntimeError `identifier_invalid`.
 */
export async function planTenantRls(
  sql: Sql,
  options: { readonly tables: readonly TableToSecure[]; readonly tenant: TenantSource },
): Promise<TenantRlsPlan> {
  const { tenant } = options;
  if (options.tables.length === 0) throw new TenantRlsError("input_invalid", "Name at least one table.");
  const quoted = options.tables.map(({ name }) => sqlIdentifier(name));
  for (const { tenantColumn } of options.tables) columnOf(tenantColumn);
  if (new Set(quoted).size !== quoted.length) throw new TenantRlsError("input_invalid", "A table is named twice.");

  const named = options.tables.map(({ name }) => name);
  const { rows } = await asked(() => sql.query<{ parent: string; name: string }>(PARTITIONS, [named, quoted]));
  const wanted = options.tables.flatMap((table) => [
    { ...table, partitionOf: null as string | null },
    ...rows
      .filter(({ parent }) => parent === table.name)
      .map(({ name }) => ({ name, tenantColumn: table.tenantColumn, partitionOf: table.name })),
  ]);
  const found = await asked(() =>
    readTenantTables(
      sql,
      wanted.map(({ name }) => name),
    ),
  );
  const tables = wanted.map((table, index) => judge(table, found.tables[index]));
  return {
    tenant,
    tables,
    up: tables.flatMap((table) => enableTenantPolicies(table, tenant)),
    down: tables.toReversed().flatMap((table) => removeTenantPolicies(table, table.earlier)),
    documentation: describeAssumptions(tables, { tenant }),
  };
}

function judge(table: TableToSecure & { partitionOf: string | null }, found: FoundTable | undefined): PlannedTable {
  const { name, tenantColumn, partitionOf } = table;
  const refuse = (code: TenantRlsError["code"], why: string): never => {
    throw new TenantRlsError(code, `${name}: ${why}`);
  };
  if (found === undefined || found.kind === null) return refuse("table_missing", "there is no such table.");
  if (found.kind !== "r" && found.kind !== "p") {
    refuse("not_a_table", "policies hold on tables only; secure the tables a view reads and make it security_invoker.");
  }
  if (!found.owned) refuse("not_owner", "only its owner can change its policies; plan and apply as that role.");
  const type = Object.hasOwn(found.columns, tenantColumn) ? found.columns[tenantColumn] : undefined;
  if (type === undefined) {
    return refuse(
      "tenant_column_missing",
      `it has no column ${tenantColumn} to say whose a row is; add and fill one first.`,
    );
  }
  const tenantType = type === "character varying" ? "text" : type;
  if (!TENANT_TYPES.some((known) => known === tenantType)) {
    refuse(
      "tenant_type_unsupported",
      `${tenantColumn} is ${type}; a tenant's id is ${TENANT_TYPES.join(", ")} or varchar.`,
    );
  }
  const own: readonly string[] = Object.values(TENANT_POLICIES);
  if (found.policies.some((policy) => own.includes(policy.name))) {
    refuse("already_secured", "its policies stand already; run the earlier plan's down first.");
  }
  return {
    name,
    tenantColumn,
    tenantType: tenantType as TenantType,
    earlier: { enabled: found.enabled, forced: found.forced },
    partitionOf,
  };
}

function columnOf(name: string): string {
  if (name.includes(".")) throw new TenantRlsError("input_invalid", "A column's name has no dot.");
  return sqlIdentifier(name);
}
