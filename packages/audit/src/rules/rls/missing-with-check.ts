import { isOwnerName, ownerColumns, plain, tenantColumns } from "../../sql/columns.ts";
import { weakness, writingOf, type Database } from "../../sql/database.ts";
import type { SqlRule } from "../../sql/finding.ts";
import type { Expression, Policy, Table } from "../../sql/schema.ts";

export const missingWithCheck: SqlRule = {
  rule: {
    id: "rls/missing-with-check",
    title: "Rows may be written into another tenant",
    explanation:
      "What may be read is confined, what may be written is not. The check of an INSERT asks only that somebody is signed in or names the right author, and not whose tenant the row goes to; or a WITH CHECK that is always true stands beside a careful USING, so that a row can be moved away. A missing WITH CHECK on ALL or UPDATE is no violation: PostgreSQL takes USING in its place.",
    cwe: [863, 639],
    severity: "critical",
    precision: "high",
    fix: "Compare the row's tenant in WITH CHECK as USING does, or leave WITH CHECK out of ALL and UPDATE.",
    bad: [
      {
        path: "migrations/0001_documents.sql",
        code: `CREATE TABLE documents (id uuid PRIMARY KEY, tenant_id uuid NOT NULL);
ALTER TABLE documents ENABLE ROW LEVEL SECURITY;
CREATE POLICY documents ON documents USING (tenant_id = current_setting('app.tenant_id')::uuid) WITH CHECK (true);
`,
      },
      {
        path: "supabase/migrations/20240501_files.sql",
        code: `create table files (id uuid primary key, team_id uuid not null, uploaded_by uuid not null);
alter table files enable row level security;
create policy "read" on files for select to authenticated
  using (team_id in (select team_id from team_members where user_id = (select auth.uid())));
create policy "insert" on files for insert to authenticated with check (auth.role() = 'authenticated');
`,
      },
      {
        path: "supabase/migrations/20240502_comments.sql",
        code: `create table comments (id uuid primary key, org_id uuid not null, user_id uuid not null);
alter table comments enable row level security;
create policy "read" on comments for select to authenticated
  using (org_id in (select org_id from members where user_id = (select auth.uid())));
create policy "write" on comments for insert to authenticated with check (user_id = (select auth.uid()));
`,
      },
      {
        path: "supabase/migrations/20240504_members.sql",
        code: `create table org_members (org_id uuid not null, user_id uuid not null references auth.users (id), role text);
alter table org_members enable row level security;
create policy "join" on org_members for insert to authenticated with check (user_id = (select auth.uid()));
`,
      },
    ],
    good: [
      {
        path: "migrations/0001_documents.sql",
        code: `CREATE TABLE documents (id uuid PRIMARY KEY, tenant_id uuid NOT NULL);
ALTER TABLE documents ENABLE ROW LEVEL SECURITY;
CREATE POLICY documents ON documents FOR ALL USING (tenant_id = current_setting('app.tenant_id')::uuid);
`,
      },
      {
        path: "supabase/migrations/20240502_comments.sql",
        code: `create table comments (id uuid primary key, org_id uuid not null, user_id uuid not null);
alter table comments enable row level security;
create policy "read" on comments for select to authenticated
  using (org_id in (select org_id from members where user_id = (select auth.uid())));
create policy "write" on comments for insert to authenticated
  with check (user_id = (select auth.uid()) and org_id in (select org_id from members where user_id = (select auth.uid())));
`,
      },
      {
        path: "supabase/migrations/20240503_admins.sql",
        code: `create table notices (id uuid primary key, org_id uuid);
alter table notices enable row level security;
create policy "admins write" on notices for insert to authenticated with check (private.is_admin((select auth.uid())));
`,
      },
    ],
  },
  *find(database) {
    for (const table of database.tables()) {
      for (const policy of table.policies.values()) {
        const check = writingOf(policy);
        if (!policy.permissive || check === null || !database.isForClients(policy)) continue;
        if (database.isConfined(table, policy.command)) continue;
        const what = judge(database, table, policy, check);
        const { path, start, end } = check;
        if (what !== null)
          yield { path, start, end, message: `Policy “${policy.name}” of ${table.name} ${what}.`, related: [] };
      }
    }
  },
};

const JOINS = "lets anybody make themselves a member of any tenant";

/** A table that says who belongs to which tenant. */
function isMembership({ name, columns }: Table): boolean {
  return /member|collaborator|participant/i.test(name) && [...columns.keys()].some(isOwnerName);
}

function judge(database: Database, table: Table, policy: Policy, check: Expression): string | null {
  const weak = weakness(check);
  if (policy.command !== "insert") {
    if (
      policy.command === "all" &&
      isMembership(table) &&
      tenantColumns(table, database.compared).length > 0 &&
      onlyOwner(check, table)
    )
      return JOINS;
    const confined = policy.using !== null && weakness(policy.using) === "other";
    return confined && (weak === "always" || weak === "signed-in") && asksTheRow(policy.using, table)
      ? "confines what is read, and lets a row be written to any tenant"
      : null;
  }
  const tenants = tenantColumns(table, database.compared);
  if (weak === "signed-in") {
    const belongs = tenants.length > 0 || ownerColumns(table).length > 0 || confinedElsewhere(table, policy);
    return belongs ? "asks only that somebody is signed in, not whose tenant the row goes to" : null;
  }
  if (weak !== "other" || tenants.length === 0) return null;
  if (isMembership(table) && onlyOwner(check, table)) return JOINS;
  const read = [...table.policies.values()].some(
    (other) =>
      (other.command === "select" || other.command === "all") &&
      tenants.some((tenant) => mentions(other.using, tenant)),
  );
  if (!read || !onlyOwner(check, table)) return null;
  return `says who writes the row, and not to which ${tenants[0] ?? "tenant"}`;
}

/** Nothing but an owner's column compared with the session: `user_id = auth.uid()`. */
function onlyOwner(check: Expression, table: Table): boolean {
  const names = check.tokens.filter(({ kind }) => kind === "word" || kind === "quoted").map(({ value }) => value);
  const owners = new Set(ownerColumns(table));
  const known = new Set(["select", "as", "auth", "uid", "and", "is", "not", "null", "uuid", "text", table.name]);
  return names.some((name) => owners.has(name)) && names.every((name) => owners.has(name) || known.has(name));
}

function confinedElsewhere(table: Table, policy: Policy): boolean {
  return (
    table.created === null &&
    [...table.policies.values()].some(
      (other) => other !== policy && weakness(other.using) === "other" && asksTheRow(other.using, table),
    )
  );
}

function asksTheRow(expression: Expression | null, table: Table): boolean {
  return (
    expression?.tokens.some(
      ({ kind, value }) =>
        (kind === "word" || kind === "quoted") &&
        (table.columns.has(value) ||
          isOwnerName(value) ||
          /(?:^id|_id|[a-z]Id)$/.test(value) ||
          plain(value).endsWith("orgid")),
    ) ?? false
  );
}

function mentions(expression: Expression | null, column: string): boolean {
  return (
    expression?.tokens.some(({ kind, value }) => (kind === "word" || kind === "quoted") && value === column) ?? false
  );
}
