import type { SqlRule } from "../../sql/finding.ts";

export const disabledLater: SqlRule = {
  rule: {
    id: "rls/disabled-later",
    title: "A migration switches row-level security off and none switches it on again",
    explanation:
      "DISABLE ROW LEVEL SECURITY leaves the policies in place and unasked: whoever reads them thinks that tenants are kept apart. Mostly it was switched off for a backfill or to be rid of an error.",
    cwe: [862, 1220],
    severity: "critical",
    precision: "very-high",
    fix: "ENABLE ROW LEVEL SECURITY again in the same migration, or do the work as a role with BYPASSRLS and leave the table alone.",
    bad: [
      {
        path: "supabase/migrations/20240301_off.sql",
        code: `create table orders (id uuid primary key, user_id uuid not null);
alter table orders enable row level security;
create policy own on orders to authenticated using (user_id = (select auth.uid()));
alter table orders disable row level security;
`,
      },
    ],
    good: [
      {
        path: "supabase/migrations/20240301_off.sql",
        code: `create table orders (id uuid primary key, user_id uuid not null);
alter table orders enable row level security;
create policy own on orders to authenticated using (user_id = (select auth.uid()));
alter table orders disable row level security;
update orders set user_id = user_id;
alter table orders enable row level security;
`,
      },
      {
        path: "supabase/migrations/20240302_gone.sql",
        code: `create table drafts (id uuid primary key, user_id uuid not null);
alter table drafts enable row level security;
alter table drafts disable row level security;
drop table drafts;
`,
      },
    ],
  },
  *find(database) {
    for (const table of database.tables()) {
      if (table.disabled === null) continue;
      const mattered = table.enabled !== null || table.policies.size > 0 || table.created === null;
      if (!mattered && !database.isExposed(table.set, table)) continue;
      if (
        table.enabled === null &&
        table.created !== null &&
        !database.isExposed(table.set, table) &&
        table.policies.size === 0
      )
        continue;
      yield {
        ...table.disabled,
        message: `Row-level security of ${table.name} is switched off, and no later migration switches it on.`,
        related: table.enabled === null ? [] : [{ ...table.enabled, label: "enabled here" }],
      };
    }
  },
};
