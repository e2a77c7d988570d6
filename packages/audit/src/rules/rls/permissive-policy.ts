import { conditionOf } from "../../sql/conditions/condition.ts";
import { normal } from "../../sql/conditions/normal.ts";
import { weaknessOf } from "../../sql/conditions/weakness.ts";
import { ownerColumns, tenantColumns } from "../../sql/columns.ts";
import { readingOf, weakness, writingOf, type Database } from "../../sql/database.ts";
import type { SqlRule } from "../../sql/finding.ts";
import type { Expression, Policy, SqlPlace, Table } from "../../sql/schema.ts";
import type { Token } from "../../sql/token.ts";

const PRIVATE_TABLE =
  /(?:orders?|payments?|invoices?|messages?|tokens?|api_?keys?|subscriptions?|secrets?|credentials?|addresses|customers?|patients?|transactions?|billing|payrolls?|salar(?:y|ies)|diagnos[ie]s|prescriptions?|(?:care|case|session|clinical|medical|progress|visit|therapy)_?notes?|(?:medical|health|patient|case)_?(?:records?|files?|histor(?:y|ies)))$/i;
const PRIVATE_COLUMN =
  /^(?:email|e_mail|phone|phone_number|password|password_hash|secret|ssn|iban|date_of_birth|birth_?date|stripe_customer_id|patient_id|diagnosis|salary|home_address|api_key|access_token)$/i;

export const permissivePolicy: SqlRule = {
  rule: {
    id: "rls/permissive-policy",
    title: "A policy admits everybody",
    explanation:
      "Permissive policies are joined by OR, so one that is always true (USING (true), or true for whoever is signed in) opens the table however careful the others are. On rows of tenants it shows every tenant's; for writing it lets anybody change or delete every row. Without TO a policy is for PUBLIC, which includes visitors who never signed in: a policy called “service role” with no TO service_role is for everybody.",
    cwe: [284, 863],
    severity: "critical",
    precision: "high",
    fix: "Compare the row's tenant or owner with the verified session in USING (and WITH CHECK), and name the role in TO.",
    bad: [
      {
        path: "supabase/migrations/20240401_messages.sql",
        code: `create table messages (id uuid primary key, org_id uuid not null, body text);
alter table messages enable row level security;
create policy "Enable read access for all users" on messages for select using (true);
`,
      },
      {
        path: "supabase/migrations/20240402_settings.sql",
        code: `create table settings (key text primary key, value jsonb);
alter table settings enable row level security;
create policy "Service role has full access" on settings for all using (true) with check (true);
`,
      },
      {
        path: "supabase/migrations/20240403_tickets.sql",
        code: `create table tickets (id uuid primary key, workspace_id uuid not null);
alter table tickets enable row level security;
create policy "signed in" on tickets for all to authenticated using ((select auth.uid()) is not null);
`,
      },
      {
        path: "supabase/migrations/20240405_projects.sql",
        code: `create table projects (id uuid primary key, org_id uuid not null, deleted_at timestamptz);
alter table projects enable row level security;
create policy "members" on projects to authenticated
  using (org_id in (select m.org_id from members m where m.user_id = (select auth.uid())));
create policy "alive" on projects for select to authenticated using (deleted_at is null);
`,
      },
    ],
    good: [
      {
        path: "supabase/migrations/20240401_messages.sql",
        code: `create table messages (id uuid primary key, org_id uuid not null, body text);
alter table messages enable row level security;
create policy "members read" on messages for select to authenticated
  using (org_id in (select m.org_id from members m where m.user_id = (select auth.uid())));
`,
      },
      {
        path: "supabase/migrations/20240402_settings.sql",
        code: `create table settings (key text primary key, value jsonb);
alter table settings enable row level security;
create policy "Service role has full access" on settings for all to service_role using (true) with check (true);
create policy "By the role" on settings for all using (auth.role() = 'service_role');
`,
      },
      {
        path: "supabase/migrations/20240404_public.sql",
        code: `create table posts (id uuid primary key, author_id uuid references auth.users (id), title text);
alter table posts enable row level security;
create policy "everybody reads posts" on posts for select using (true);
create policy "authors write" on posts for insert to authenticated with check (author_id = (select auth.uid()));
create table contact_requests (id uuid primary key, message text);
alter table contact_requests enable row level security;
create policy "anybody may write to us" on contact_requests for insert to anon with check (true);
`,
      },
      {
        path: "supabase/migrations/20240405_projects.sql",
        code: `create table projects (id uuid primary key, org_id uuid not null, deleted_at timestamptz);
alter table projects enable row level security;
create policy "members" on projects to authenticated
  using (deleted_at is null and org_id in (select m.org_id from members m where m.user_id = (select auth.uid())));
create policy "alive" on projects as restrictive using (deleted_at is null);
`,
      },
    ],
  },
  *find(database) {
    for (const table of [...database.tables(), ...database.schema.tables.values()].filter(once)) {
      if (database.isPlatform(table.schema) && table.schema !== "storage") continue;
      for (const policy of table.policies.values()) {
        if (!policy.permissive || !(database.isForClients(policy) || defeatsAnother(table, policy))) continue;
        if (database.isConfined(table, policy.command)) continue;
        const found = judge(database, table, policy);
        if (found !== null)
          yield {
            ...placeOf(policy, found.expression),
            message: `Policy “${policy.name}” ${found.what} ${table.name}.`,
            related: [],
          };
      }
    }
  },
};

function judge(database: Database, table: Table, policy: Policy): { expression: Expression; what: string } | null {
  const reads = readingOf(policy);
  const writes = writingOf(policy);
  const stored = table.schema === "storage";
  const tenants = stored || tenantColumns(table, database.compared).length > 0;
  const owned = stored || ownerColumns(table).length > 0;
  const who = policy.roles.includes("public") || policy.roles.includes("anon") ? "anybody" : "whoever is signed in";
  const bucket = stored ? bucketAlone((reads ?? writes)?.tokens ?? []) : null;
  const expression = reads ?? writes;
  if (bucket !== null && expression !== null) {
    if (/^(?:all|update|delete)$/.test(policy.command))
      return { expression, what: `lets ${who} change every file of the bucket “${bucket}” in` };
    if (database.schema.privateBuckets.has(bucket))
      return {
        expression,
        what: `lets ${who} ${policy.command === "insert" ? "put files anywhere into" : "read every file of"} the private bucket “${bucket}” in`,
      };
  }
  if (reads !== null) {
    const weak = weakness(reads);
    const changes = policy.command !== "select";
    if (weak === "always" && changes)
      return {
        expression: reads,
        what: `lets ${who} ${policy.command === "all" ? "read and change" : policy.command} every row of`,
      };
    if (weak === "signed-in" && changes && (tenants || owned))
      return { expression: reads, what: "lets whoever is signed in change every row of" };
    if (weak === "alive" && tenants)
      return { expression: reads, what: "shows every tenant's rows, as long as they are not deleted, of" };
    if ((weak === "always" || weak === "signed-in") && (tenants || isPrivate(table, owned))) {
      return { expression: reads, what: `shows ${weak === "signed-in" ? "whoever is signed in" : who} every row of` };
    }
    if ((weak === "always" || weak === "signed-in") && owned && isNamedForFewer(table, policy))
      return { expression: reads, what: `is named for fewer, and shows ${who} every row of` };
  }
  if (policy.command === "insert" && writes !== null && weakness(writes) === "always" && (tenants || owned)) {
    return { expression: writes, what: `lets ${who} insert rows of any tenant or person into` };
  }
  return null;
}

/** The bucket that a condition names, when it asks for nothing else. */
function bucketAlone(tokens: readonly Token[]): string | null {
  const condition = conditionOf(tokens);
  const parts = condition.kind === "and" ? condition.parts : [condition];
  let bucket: string | null = null;
  for (const part of parts) {
    if (part.kind !== "atom") return null;
    const [, named] = /^(?:\w+\.)*bucket_id='([^']*)'$/.exec(normal(part.tokens).replaceAll(" ", "")) ?? [];
    if (named !== undefined) bucket = named;
    else if (!/^(?:always|signed-in)$/.test(weaknessOf(part.tokens))) return null;
  }
  return bucket;
}

function isPrivate(table: Table, owned: boolean): boolean {
  return (
    owned && (PRIVATE_TABLE.test(table.name) || [...table.columns.keys()].some((name) => PRIVATE_COLUMN.test(name)))
  );
}

/** A role that another policy of the table confines is no role kept for looking up. */
function defeatsAnother(table: Table, policy: Policy): boolean {
  return [...table.policies.values()].some(
    (other) =>
      other !== policy &&
      other.permissive &&
      (other.command === policy.command || other.command === "all") &&
      other.roles.some((role) => role !== "service_role" && policy.roles.includes(role)) &&
      /tenant|org|workspace|auth\.uid|team/i.test(
        (other.using ?? other.check)?.tokens.map(({ value }) => value).join("") ?? "",
      ),
  );
}

/** "Users can view their own invoices", or "members read notes" beside "members write notes", which asks who is one. */
function isNamedForFewer(table: Table, policy: Policy): boolean {
  if (FOR_ALL.test(policy.name)) return false;
  if (THEIR_OWN.test(policy.name)) return true;
  const [subject] = SUBJECT.exec(policy.name.toLowerCase()) ?? [];
  return (
    subject !== undefined &&
    [...table.policies.values()].some(
      (other) =>
        other !== policy &&
        other.permissive &&
        other.name.toLowerCase().startsWith(subject) &&
        weakness(other.check ?? other.using) === "other",
    )
  );
}
const FOR_ALL =
  /(?:^|[^a-z])(?:all|any(?:one|body)?|every(?:one|body)?|public\w*|authenticated|signed|logged|visitors?|viewable)(?![a-z])/i;
const THEIR_OWN = /(?:^|[^a-z])(?:their|own|theirs)(?![a-z])/i;
const SUBJECT =
  /^(?:the[ _-])?(?:(?:team|org|organi[sz]ation|workspace|project|company|account|group|tenant)[ _-])?(?:members?|owners?|participants?|staff|collaborators?|managers?|admins?|employees|teachers?|doctors?|guardians?|parents?)(?![a-z])/;

function once(table: Table, index: number, all: readonly Table[]): boolean {
  return all.indexOf(table) === index && !table.minor;
}

/** The policy from its name to what admits everybody; of one that was altered later, the later words. */
function placeOf({ place }: Policy, { path, start, end }: Expression): SqlPlace {
  return path === place.path && place.start <= start && end <= place.end
    ? { path, start: place.start, end }
    : { path, start, end };
}
