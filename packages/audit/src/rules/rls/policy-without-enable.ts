import type { SqlRule } from "../../sql/finding.ts";
import { isRowSecurityOff } from "../../sql/row-security-off.ts";

export const policyWithoutEnable: SqlRule = {
  rule: {
    id: "rls/policy-without-enable",
    title: "A policy stands on a table whose row-level security is off",
    explanation:
      "CREATE POLICY alone changes nothing: PostgreSQL looks at policies only where row-level security is enabled on the table. The migration reads as if tenants were kept apart, and every row is open to whoever may select.",
    cwe: [862, 1188],
    severity: "critical",
    precision: "high",
    fix: "ALTER TABLE … ENABLE ROW LEVEL SECURITY beside the policy.",
    bad: [
      {
        path: "supabase/migrations/20240202_token_usage.sql",
        code: `create table token_usage (id uuid primary key, org_id text not null, tokens integer not null);
create policy "Isolate org data" on token_usage using (org_id = auth.jwt() ->> 'org_id');
`,
      },
      {
        path: "src/db/rls.sql",
        code: "CREATE POLICY tenant_isolation ON subscriptions FOR ALL USING (tenant_id = current_setting('app.tenant_id')::uuid);\n",
      },
    ],
    good: [
      {
        path: "supabase/migrations/20240202_token_usage.sql",
        code: `create table token_usage (id uuid primary key, org_id text not null, tokens integer not null);
create policy "Isolate org data" on token_usage using (org_id = auth.jwt() ->> 'org_id');
alter table token_usage enable row level security;
`,
      },
      {
        path: "src/keys/create-rls-policies.ts",
        code: "export async function createRLSPolicies() {\n  await db.query(`\n    CREATE POLICY tenant_isolation ON subscriptions\n    FOR ALL\n    USING (tenant_id = current_setting('app.tenant_id')::uuid);\n  `);\n  await db.query('ALTER TABLE subscriptions ENABLE ROW LEVEL SECURITY');\n}\n",
      },
      {
        path: "supabase/migrations/20240203_storage.sql",
        code: `create policy "own files" on storage.objects for select to authenticated using (owner = (select auth.uid()));\n`,
      },
    ],
  },
  *find(database) {
    for (const table of database.tables()) {
      const policy = [...table.policies.values()][0];
      if (policy === undefined || table.disabled !== null || !isRowSecurityOff(table)) continue;
      // A numbered migration may add to a table that another tree made and enabled.
      if (table.created === null && /(?:^|\/)[Vv]?\d[^/]*(?:\/[^/]*)?$/.test(policy.place.path)) continue;
      yield {
        ...(table.created ?? policy.place),
        message: `${table.name} has policies, and row-level security is never enabled on it: none of them is asked.`,
        related: [{ ...policy.place, label: `policy ${policy.name}` }],
      };
    }
  },
};
