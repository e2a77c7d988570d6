import { weakness } from "../../sql/database.ts";
import type { SqlRule } from "../../sql/finding.ts";

export const tenantSettingMissingOk: SqlRule = {
  rule: {
    id: "rls/tenant-setting-missing-ok",
    title: "A policy passes when no tenant was set",
    explanation:
      "current_setting('app.tenant_id', true) is null (or empty) on a connection where nobody set it, and auth.uid() is null for a visitor. A policy that lets null pass, or falls back on the row's own tenant, shows everything as soon as the setting is forgotten: a job, a pooled connection, a new route.",
    cwe: [636, 863],
    severity: "critical",
    precision: "high",
    fix: "Let the comparison alone decide: tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid is null, so refused, when nothing is set. Work across tenants belongs to a role of its own.",
    bad: [
      {
        path: "migrations/0001_projects.sql",
        code: `create table projects (id uuid primary key, tenant_id uuid not null);
alter table projects enable row level security;
create policy tenant on projects using (
  current_setting('app.tenant_id', true) is null or tenant_id = current_setting('app.tenant_id', true)::uuid
);
`,
      },
      {
        path: "migrations/0002_tasks.sql",
        code: `create table tasks (id uuid primary key, tenant_id uuid not null);
alter table tasks enable row level security;
create policy tenant on tasks using (tenant_id = coalesce(nullif(current_setting('app.tenant_id', true), '')::uuid, tenant_id));
`,
      },
    ],
    good: [
      {
        path: "migrations/0001_projects.sql",
        code: `create table projects (id uuid primary key, tenant_id uuid not null);
alter table projects enable row level security;
create policy tenant on projects using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
create policy subject on projects as restrictive using (
  (select current_setting('app.visibility', true)) = 'tenant' or id = (select nullif(current_setting('app.subject_id', true), '')::uuid)
);
`,
      },
    ],
  },
  *find(database) {
    for (const table of database.schema.tables.values()) {
      for (const policy of table.policies.values()) {
        if (!policy.permissive || database.isConfined(table, policy.command)) continue;
        if (
          policy.roles.every((role) => ["service_role", "postgres", "supabase_admin", "authenticated"].includes(role))
        )
          continue;
        const expression = [policy.using, policy.check].find((one) => weakness(one) === "unset");
        if (expression === undefined || expression === null) continue;
        const { path, start, end } = expression;
        yield {
          path,
          start,
          end,
          message: `Policy “${policy.name}” of ${table.name} passes in a session where no identity was set.`,
          related: [],
        };
      }
    }
  },
};
