import type { Sql } from "../host.ts";
import { RuntimeError } from "../runtime-error.ts";
import type { DataTable } from "./data.ts";
import { TENANT_POLICIES, type TenantTable } from "./tenant-policies.ts";
import type { TenantSource } from "./tenant-source.ts";
import { readTenantTables, type FoundPolicy, type FoundRole, type FoundTable } from "./tenant-table-catalogue.ts";

/**
 * That row-level security stands on these tables as `enableTenantPolicies` put it there, and binds the role that asks.
 * Throws RuntimeError `assumptions_broken` with everything that does not hold and how to mend it; rejects as the
 * driver does when the catalogue cannot be read.
 */
export async function checkTenantTables(sql: Sql, tables: readonly DataTable[], tenant: TenantSource): Promise<void> {
  const found = await readTenantTables(
    sql,
    tables.map(({ name }) => name),
  );
  const problems = tables.flatMap((table, index) => {
    const there = found.tables[index];
    if (there === undefined || there.kind === null) return [`${table.name} is not there: run the up migration`];
    return "global" in table ? [] : judge(table, there, tenant, found.role);
  });
  if (found.role.mighty) {
    problems.unshift(`the role ${found.role.name} is or may become one that bypasses row-level security: use another`);
  }
  if (problems.length > 0) {
    throw new RuntimeError("assumptions_broken", `What the data relies on does not hold: ${problems.join("; ")}.`);
  }
}

function judge(table: TenantTable, found: FoundTable, tenant: TenantSource, role: FoundRole): string[] {
  const { name } = table;
  if (found.kind !== "r" && found.kind !== "p") return [`${name} is no table: policies hold on tables only`];
  const problems: string[] = [];
  if (!found.enabled) problems.push(`row-level security is off: alter table ${name} enable row level security`);
  if (!found.forced) problems.push(`it does not bind the owner: alter table ${name} force row level security`);
  if (found.owned && !role.mighty) problems.push(`the role ${role.name} may act as the owner of ${name}: use another`);
  if (found.truncatable && !found.owned) {
    problems.push(`no policy binds TRUNCATE: revoke truncate on ${name} from ${role.name} and from public`);
  }
  if (found.openPartitions.length > 0) {
    problems.push(`row-level security is not enabled and forced on the partitions ${found.openPartitions.join(", ")}`);
  }
  if (found.columns[table.tenantColumn] === undefined) problems.push(`${name} has no column ${table.tenantColumn}`);
  const roles = {
    [TENANT_POLICIES.permissive]: tenant.role.replaceAll('"', ""),
    [TENANT_POLICIES.restrictive]: "public",
  };
  for (const policy of [TENANT_POLICIES.permissive, TENANT_POLICIES.restrictive]) {
    const there = found.policies.find((other) => other.name === policy);
    if (there === undefined) problems.push(`the policy ${policy} is missing on ${name}: run the up migration`);
    else if (!isAsMade(there, table, tenant, roles[policy] ?? "")) {
      problems.push(`the policy ${policy} on ${name} is not as it was made: drop it and run the up migration`);
    }
  }
  return problems;
}

function isAsMade(policy: FoundPolicy, table: TenantTable, tenant: TenantSource, role: string): boolean {
  const expected = plain(`${table.tenantColumn} = ${tenant.expression(table.tenantType ?? "uuid")}`);
  return (
    policy.permissive === (policy.name === TENANT_POLICIES.permissive) &&
    policy.command === "*" &&
    policy.roles.length === 1 &&
    policy.roles[0] === role &&
    policy.using !== null &&
    policy.check !== null &&
    plain(policy.using) === expected &&
    plain(policy.check) === expected
  );
}

/**
 * An expression without what PostgreSQL adds when it writes one back: brackets, casts of text, a column's alias. It
 * holds one comparison of one column, so that brackets carry no meaning.
 */
function plain(expression: string): string {
  return expression
    .replaceAll(/\b(?:SELECT|NULLIF|AS)\b/g, (word) => word.toLowerCase())
    .replaceAll(/\s+as\s+"?nullif"?/g, "")
    .replaceAll(/::(?:text|character varying)\b/g, "")
    .replaceAll(/[\s()"]/g, "");
}
