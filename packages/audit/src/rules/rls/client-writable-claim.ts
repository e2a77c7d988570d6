import { isOwnerName, isTenantName } from "../../sql/columns.ts";
import { atomsOf, conditionOf } from "../../sql/conditions/condition.ts";
import type { SqlRule } from "../../sql/finding.ts";
import type { Expression } from "../../sql/schema.ts";
import type { Token } from "../../sql/token.ts";

export const clientWritableClaim: SqlRule = {
  rule: {
    id: "rls/client-writable-claim",
    title: "A policy rests on what users write about themselves",
    explanation:
      "user_metadata in Supabase's token, and auth.users.raw_user_meta_data behind it, is changed by the user with updateUser(). A policy that reads a role or an organisation from it lets everybody choose their own. A tenant or person read from the request's headers is chosen likewise; a capability in a header (a share token) is not reported.",
    cwe: [807, 639, 269],
    severity: "critical",
    precision: "very-high",
    fix: "Read app_metadata (raw_app_meta_data), which only the service role writes, or a table of memberships.",
    bad: [
      {
        path: "supabase/migrations/20240605_headers.sql",
        code: `create table notes (id uuid primary key, org_id text not null);
alter table notes enable row level security;
create policy "by header" on notes for select using (org_id = (current_setting('request.headers', true)::json ->> 'x-org-id'));
`,
      },
      {
        path: "supabase/migrations/20240601_usage.sql",
        code: `create table usage (id uuid primary key, org_id text not null);
alter table usage enable row level security;
create policy "org" on usage using (org_id = (auth.jwt() -> 'user_metadata' ->> 'org_id'));
`,
      },
      {
        path: "supabase/migrations/20240602_admin.sql",
        code: `create function private.is_admin() returns boolean language sql security definer set search_path = '' as $$
  select (raw_user_meta_data ->> 'role') = 'admin' from auth.users where id = auth.uid()
$$;
create table flags (id uuid primary key);
alter table flags enable row level security;
create policy "admins" on flags to authenticated using (private.is_admin());
`,
      },
    ],
    good: [
      {
        path: "supabase/migrations/20240604_shares.sql",
        code: `create table shares (id uuid primary key, org_id uuid not null, token text not null);
alter table shares enable row level security;
create policy "by token" on shares for select using (token = (current_setting('request.headers', true)::json ->> 'x-share-token'));
`,
      },
      {
        path: "supabase/migrations/20240601_usage.sql",
        code: `create table usage (id uuid primary key, org_id text not null);
alter table usage enable row level security;
create policy "org" on usage using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id'));
`,
      },
      {
        path: "supabase/migrations/20240603_profiles.sql",
        code: `create function public.handle_new_user() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  insert into public.profiles (id, name) values (new.id, new.raw_user_meta_data ->> 'name');
  return new;
end $$;
`,
      },
    ],
  },
  *find(database) {
    for (const table of database.schema.tables.values()) {
      for (const { name, using, check } of table.policies.values()) {
        for (const expression of [using, check]) {
          if (expression === null) continue;
          const direct = expression.tokens.find(isWritable);
          const { path } = expression;
          const header = headerOf(expression);
          if (header !== undefined) {
            yield {
              ...spanOf(expression),
              message: `Policy “${name}” of ${table.name} lets a header of the request choose whose rows these are.`,
              related: [{ path, start: header.start, end: header.end, label: "sent by the client" }],
            };
            break;
          }
          if (direct !== undefined) {
            yield {
              ...spanOf(expression),
              message: `Policy “${name}” of ${table.name} trusts ${direct.value}, which the user writes.`,
              related: [{ path, start: direct.start, end: direct.end, label: "the user's own word" }],
            };
            break;
          }
          const called = callsOf(expression.tokens)
            .flatMap((one) => database.schema.routinesNamed(one))
            .find(({ body }) => body.some(isWritable));
          if (called === undefined) continue;
          yield {
            ...spanOf(expression),
            message: `Policy “${name}” of ${table.name} asks ${called.name}(), which trusts what the user writes.`,
            related: [{ ...called.place, label: "reads the user's own metadata" }],
          };
          break;
        }
      }
    }
  },
};

function isWritable({ kind, value }: Token): boolean {
  return kind !== "dollar" && (value === "user_metadata" || value === "raw_user_meta_data");
}

/** A header that is compared with the tenant or the owner. */
function headerOf({ tokens }: Expression): Token | undefined {
  for (const atom of atomsOf(conditionOf(tokens))) {
    const header = atom.find(({ kind, value }) => kind === "string" && /^request\.(?:headers?|cookies?)\b/.test(value));
    const whose = atom.some(
      ({ kind, value }) => (kind === "word" || kind === "quoted") && (isTenantName(value) || isOwnerName(value)),
    );
    if (header !== undefined && whose) return header;
  }
  return undefined;
}

function callsOf(tokens: readonly Token[]): { schema: string | null; name: string; start: number; end: number }[] {
  return tokens.flatMap((token, at) => {
    if (tokens[at + 1]?.value !== "(" || token.kind === "symbol" || token.kind === "string") return [];
    const schema = tokens[at - 1]?.value === "." ? (tokens[at - 2]?.value ?? null) : null;
    return [{ schema, name: token.value, start: token.start, end: token.end }];
  });
}

function spanOf({ path, start, end }: Expression): { path: string; start: number; end: number } {
  return { path, start, end };
}
