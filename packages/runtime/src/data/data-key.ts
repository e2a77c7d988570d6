import type { Sql } from "../host.ts";
import { RuntimeError } from "../runtime-error.ts";
import { checkTenantTables } from "./check-tenant-tables.ts";
import type { DataKey, DataOptions, DataTable, GlobalTable } from "./data.ts";
import { describeAssumptions } from "./describe-assumptions.ts";
import { sqlIdentifier } from "./sql-identifier.ts";
import { enableTenantPolicies, removeTenantPolicies, type TenantTable } from "./tenant-policies.ts";

/**
 * Builds reversible SQL around a module's own, with row-level security enabled, forced and checked on every tenant
 * table, and the documentation of what it assumes.
 * Throws RuntimeError `data_invalid`, `identifier_invalid`, or `manifest_disagrees` at construction.
 */
export function dataKey(options: DataOptions): DataKey {
  const { manifest, assumptions } = options;
  const tables = Object.freeze(options.tables.map((table) => Object.freeze({ ...table })));
  const refuse = (why: string): never => {
    throw new RuntimeError("data_invalid", `The data of ${manifest.slug}: ${why}`);
  };
  if (tables.length === 0) refuse("name at least one table");
  if (options.up.trim() === "") refuse("up must say how the tables are made");
  if (options.down.trim() === "")
    refuse("down must say how they are taken away again: data that cannot go is not reversible");
  const names = new Set(tables.map(({ name }) => sqlIdentifier(name)));
  if (names.size !== tables.length) refuse("a table is named twice");
  for (const table of tables) {
    if (isGlobal(table) && table.global.trim() === "") refuse("a global table needs a reason");
    if (isGlobal(table) && "tenantColumn" in table) refuse("a table is global or has a tenant column, not both");
  }
  agreeWithManifest(options);

  const tenantTables = tables.filter((table) => !isGlobal(table)) as TenantTable[];
  const enable = tenantTables.flatMap((table) => enableTenantPolicies(table, assumptions.tenant));
  const remove = tenantTables.toReversed().flatMap((table) => removeTenantPolicies(table));
  return Object.freeze({
    definition: Object.freeze({ manifest, tables, assumptions }),
    up: `${ended(options.up)}${script(enable)}`,
    down: `${script(remove)}${ended(options.down)}`,
    documentation: describeAssumptions(tables, assumptions),
    checkAssumptions: (sql: Sql) => checkTenantTables(sql, tables, assumptions.tenant),
  });
}

export function isGlobal(table: DataTable): table is GlobalTable {
  return "global" in table;
}

function agreeWithManifest({ manifest, tables }: DataOptions): void {
  const disagree = (fix: string): never => {
    throw new RuntimeError("manifest_disagrees", `The data of ${manifest.slug}: ${fix}`);
  };
  if (!manifest.key_type.includes("data")) disagree('add "data" to key_type in key.json');
  for (const { name } of tables) {
    if (!manifest.tables.includes(name)) disagree(`add "${name}" to tables in key.json`);
  }
}

function script(statements: readonly string[]): string {
  return statements.map((statement) => `${statement};\n`).join("");
}

/** SQL of somebody else's, so that ours can follow it: a last line may be a comment or lack its semicolon. */
function ended(sql: string): string {
  return `${sql.trimEnd()}\n;\n`;
}
