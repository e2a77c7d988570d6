import { selfComparisons } from "../../sql/conditions/self-comparison.ts";
import type { SqlRule } from "../../sql/finding.ts";

export const policyComparesItself: SqlRule = {
  rule: {
    id: "rls/policy-compares-itself",
    title: "A policy compares a column with itself",
    explanation:
      "In a subquery a bare name is the subquery's own column where it has one: in EXISTS (SELECT 1 FROM members WHERE members.org_id = org_id …) both sides are members.org_id, which is true for every row. Whoever is a member anywhere passes for every tenant.",
    cwe: [697, 863],
    severity: "critical",
    precision: "very-high",
    fix: "Name the table of the outer row: members.org_id = projects.org_id; or write org_id IN (SELECT org_id FROM members WHERE …).",
    bad: [
      {
        path: "supabase/migrations/20240801_projects.sql",
        code: `create table projects (id uuid primary key, org_id uuid not null);
alter table projects enable row level security;
create policy "members" on projects for select to authenticated using (
  exists (select 1 from members m where m.user_id = (select auth.uid()) and m.org_id = org_id)
);
`,
      },
      {
        path: "migrations/0001_projects.sql",
        code: `create table projects (id uuid primary key, tenant_id uuid not null);
alter table projects enable row level security;
create policy tenant on projects using (tenant_id = tenant_id);
`,
      },
    ],
    good: [
      {
        path: "supabase/migrations/20240801_projects.sql",
        code: `create table projects (id uuid primary key, org_id uuid not null);
alter table projects enable row level security;
create policy "members" on projects for select to authenticated using (
  exists (select 1 from members m where m.user_id = (select auth.uid()) and m.org_id = projects.org_id)
);
create policy "by list" on projects for update to authenticated using (
  org_id in (select org_id from members where user_id = (select auth.uid()))
);
create policy "by parent" on projects for delete to authenticated using (
  exists (select 1 from members a join members b on a.org_id = b.org_id where a.user_id = (select auth.uid()) and b.org_id = projects.org_id)
);
`,
      },
    ],
  },
  *find(database) {
    for (const table of database.schema.tables.values()) {
      for (const { name, using, check } of table.policies.values()) {
        const reported = new Set<string>();
        for (const expression of [using, check]) {
          for (const { column, start, end, shadowedBy } of selfComparisons(expression?.tokens ?? [], table.name)) {
            if (expression === null || reported.has(column)) continue;
            reported.add(column);
            const meant = shadowedBy === null ? "" : `: both are ${shadowedBy}.${column}, not ${table.name}.${column}`;
            yield {
              path: expression.path,
              start,
              end,
              message: `Policy “${name}” of ${table.name} compares ${column} with itself${meant}.`,
              related: [],
            };
          }
        }
      }
    }
  },
};
