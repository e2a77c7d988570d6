import { ownerColumns, plain, tenantColumns } from "../../sql/columns.ts";
import type { Database } from "../../sql/database.ts";
import type { SqlRule } from "../../sql/finding.ts";
import type { Table } from "../../sql/schema.ts";

export const notEnabled: SqlRule = {
  rule: {
    id: "rls/not-enabled",
    title: "A table of tenants has no row-level security",
    explanation:
      "Other tables are confined by row-level security and this one is not. One forgotten WHERE answers the rows of every tenant. In a Supabase project nobody needs to forget anything: tables in an exposed schema are read and written by anybody who holds the public anon token, straight from the browser.",
    cwe: [862, 1220],
    severity: "critical",
    precision: "high",
    fix: "ALTER TABLE … ENABLE ROW LEVEL SECURITY, and a policy that compares the tenant (or owner) with the verified session. A table that clients never reach: take it from them (REVOKE ALL … FROM anon, authenticated) or keep it in a schema that is not exposed.",
    bad: [
      {
        path: "supabase/migrations/20240101000000_notes.sql",
        code: "create table public.notes (\n  id uuid primary key,\n  user_id uuid references auth.users (id),\n  body text\n);\n",
      },
      {
        path: "migrations/0002_tables.sql",
        code: `CREATE TABLE projects (id uuid PRIMARY KEY, tenant_id uuid NOT NULL);
ALTER TABLE projects ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON projects USING (tenant_id = current_setting('app.tenant_id')::uuid);
CREATE TABLE tasks (id uuid PRIMARY KEY, tenant_id uuid NOT NULL, project_id uuid REFERENCES projects);
`,
      },
      {
        path: "supabase/migrations/20240103000000_backup.sql",
        code: "create table users_backup as select * from auth.users;\n",
      },
    ],
    good: [
      {
        path: "supabase/migrations/20240101000000_notes.sql",
        code: `create table public.notes (id uuid primary key, user_id uuid references auth.users (id), body text);
alter table public.notes enable row level security;
create policy "own notes" on public.notes to authenticated using ((select auth.uid()) = user_id);
`,
      },
      {
        path: "supabase/migrations/20240102000000_jobs.sql",
        code: "create table job_locks (id text primary key, taken_at timestamptz);\nrevoke all on table job_locks from anon, authenticated;\n",
      },
      {
        path: "supabase/migrations/20240103000000_all.sql",
        code: `create table a (id int); create table b (id int);
do $$ declare t record; begin
  for t in select tablename from pg_tables where schemaname = 'public' loop
    execute format('alter table public.%I enable row level security', t.tablename);
  end loop;
end $$;
`,
      },
      {
        path: "prisma/migrations/20240101_init/migration.sql",
        code: 'CREATE TABLE "Project" ("id" TEXT NOT NULL, "organizationId" TEXT NOT NULL);\n',
      },
    ],
  },
  *find(database) {
    for (const table of database.tables()) {
      if (table.created === null || table.enabled !== null || table.disabled !== null || table.policies.size > 0)
        continue;
      if (
        /^_prisma_migrations$|^schema_migrations$|^__drizzle|^knex_migrations|^pgmigrations$|^spatial_ref_sys$/.test(
          table.name,
        )
      )
        continue;
      const why = reasonOf(database, table);
      if (why !== null)
        yield {
          ...table.created,
          message: `Row-level security is never enabled on ${table.name}, ${why}.`,
          related: [],
        };
    }
  },
};

function reasonOf(database: Database, table: Table): string | null {
  if (database.isSupabase(table.set))
    return database.isExposed(table.set, table) ? "which Supabase's API answers to anybody" : null;
  if (!database.usesRowSecurity(table.set) || !database.isReachable(table.set, table)) return null;
  const tenant = tenantColumns(table, database.compared)[0];
  if (tenant !== undefined) return `whose rows belong to tenants by ${tenant}`;
  const owner = ownerColumns(table).find((name) => database.compared.has(plain(name)));
  if (
    owner === undefined ||
    /^(?:sessions?|accounts?|verification|refresh_?tokens?|password_?resets?|authenticators?)/i.test(table.name)
  )
    return null;
  return `whose rows belong to people by ${owner}`;
}
