import { ownerColumns, tenantColumns } from "../../sql/columns.ts";
import type { Database } from "../../sql/database.ts";
import type { SqlRule } from "../../sql/finding.ts";
import type { Table } from "../../sql/schema.ts";

const APPLICATION = /(?:^|_)(?:app|web|api|client|application|dashboard|server)(?:_|$)/;

export const ownerBypasses: SqlRule = {
  rule: {
    id: "rls/owner-bypasses",
    title: "The application connects as a role that no policy binds",
    explanation:
      "The owner of a table is not bound by its policies unless row-level security is FORCEd, and a role with BYPASSRLS or SUPERUSER never is. Where the application connects as such a role, every policy is decoration. Reported where the tree shows it: the application's role owns the table or bypasses, or the tree forces other tables and forgot this one.",
    cwe: [250, 863],
    severity: "high",
    precision: "medium",
    fix: "ALTER TABLE … FORCE ROW LEVEL SECURITY, and let the application connect as a role that owns nothing and has NOBYPASSRLS.",
    bad: [
      {
        path: "migrations/0001_tables.sql",
        code: `create table projects (id uuid, tenant_id uuid not null);
alter table projects enable row level security;
alter table projects force row level security;
create policy tenant on projects using (tenant_id = current_setting('app.tenant_id')::uuid);
create table tasks (id uuid, tenant_id uuid not null);
alter table tasks enable row level security;
create policy tenant on tasks using (tenant_id = current_setting('app.tenant_id')::uuid);
`,
      },
      {
        path: "migrations/0002_roles.sql",
        code: "create role app_user with login bypassrls;\n",
      },
    ],
    good: [
      {
        path: "migrations/0001_tables.sql",
        code: `create table projects (id uuid, tenant_id uuid not null);
alter table projects enable row level security;
create policy tenant on projects using (tenant_id = current_setting('app.tenant_id')::uuid);
create role app_user login nobypassrls;
grant select on projects to app_user;
`,
      },
    ],
  },
  *find(database) {
    const tables = database.tables();
    for (const role of database.schema.roles.values()) {
      if (role.bypasses && APPLICATION.test(role.name)) {
        yield { ...role.place, message: `The role ${role.name} bypasses row-level security.`, related: [] };
      }
    }
    for (const table of tables) {
      if (table.enabled === null || table.disabled !== null || table.forced || database.isSupabase(table.set)) continue;
      if (tenantColumns(table, database.compared).length + ownerColumns(table).length === 0) continue;
      const why = reasonOf(database, tables, table);
      if (why !== null)
        yield {
          ...table.enabled,
          message: `The owner of ${table.name} is not bound by its policies: ${why}.`,
          related: [],
        };
    }
  },
};

function reasonOf(database: Database, tables: readonly Table[], table: Table): string | null {
  if (database.connectsAsOwner) return "the application connects as the owner";
  if (table.owner !== null && APPLICATION.test(table.owner)) return `${table.owner} owns it`;
  const forced = tables.find((other) => other.set === table.set && other.forced);
  return forced === undefined ? null : `${forced.name} is forced and this one is not`;
}
