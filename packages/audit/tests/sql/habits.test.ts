import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { judgeMigrations } from "../../src/sql/judge-migrations.ts";

type Tree = string | Record<string, string>;

function rules(tree: Tree, supabase: boolean): string[] {
  const files = Object.entries(
    typeof tree === "string" ? { [supabase ? "supabase/migrations/1_a.sql" : "migrations/1_a.sql"]: tree } : tree,
  );
  return judgeMigrations(
    files.map(([path, text]) => ({ path, text })),
    { supabase },
  ).map(({ rule, path, start, end }) => {
    const text = files.find(([name]) => name === path)?.[1] ?? "";
    return `${rule.id} ${text.slice(start, end).split("\n")[0]?.slice(0, 40) ?? ""}`;
  });
}

const T =
  "create table public.projects (id uuid primary key, org_id uuid not null, name text);\nalter table public.projects enable row level security;\n";
const MEMBERS =
  "create table public.members (org_id uuid not null, user_id uuid not null references auth.users, role text, primary key (org_id, user_id));\nalter table public.members enable row level security;\ncreate policy own on public.members for select to authenticated using (user_id = (select auth.uid()));\n";

/** Ways of writing it right, in Supabase projects. */
const QUIET: Record<string, Tree> = {
  "policies before tables, in files without numbers": {
    "supabase/policies.sql":
      "alter table public.projects enable row level security;\ncreate policy p on public.projects using (org_id = (auth.jwt() ->> 'org_id')::uuid);",
    "supabase/schema.sql": "create table public.projects (id uuid primary key, org_id uuid not null);",
  },
  "a helper that is asked for membership": `${MEMBERS}${T}
    create or replace function public.is_member(_org_id uuid) returns boolean language sql stable security definer set search_path to 'public' as
    $function$ select exists (select 1 from members where org_id = _org_id and user_id = auth.uid()) $function$;
    create policy "read" on public.projects for select to authenticated using (public.is_member(org_id));
    create policy "write" on public.projects for insert to authenticated with check (public.is_member(org_id));
    create policy "change" on public.projects for update to authenticated using (public.is_member(org_id)) with check (public.is_member(org_id));`,
  "a helper that answers the caller's organisations": `${MEMBERS}${T}
    create function private.my_orgs() returns setof uuid language sql stable security definer set search_path = '' as
    $$ select org_id from public.members where user_id = (select auth.uid()) $$;
    create policy "all" on public.projects for all to authenticated using (org_id in (select private.my_orgs()));`,
  "policies made in a loop over the catalogue": `create table a (id uuid primary key, org_id uuid); create table b (id uuid primary key, org_id uuid);
    do $do$ declare t text; begin
      for t in select table_name from information_schema.tables where table_schema = 'public' loop
        execute 'alter table public.' || quote_ident(t) || ' enable row level security';
        execute format('drop policy if exists tenant on public.%I', t);
        execute format($f$create policy tenant on public.%I using (org_id = (auth.jwt() ->> 'org_id')::uuid)$f$, t);
      end loop;
    end $do$;`,
  "policies made in a loop over names": `create table a (id uuid primary key, org_id uuid); create table b (id uuid primary key, org_id uuid);
    do $$ declare t text; begin
      foreach t in array array['a', 'b'] loop
        execute format('alter table %I enable row level security;', t);
      end loop;
    end $$;`,
  "enabled by a function of the migrations": `create function enable_rls(t text) returns void language plpgsql as $$ begin execute format('alter table %I enable row level security', t); end $$;
    create table a (id uuid primary key, org_id uuid); select enable_rls('a'); select enable_rls('public.a');`,
  "enabled by an event trigger": `create function auto() returns event_trigger language plpgsql as $$ declare r record; begin
      for r in select * from pg_event_trigger_ddl_commands() loop execute format('alter table %s enable row level security', r.object_identity); end loop; end $$;
    create event trigger auto on ddl_command_end when tag in ('CREATE TABLE') execute function auto();
    create table a (id uuid primary key, org_id uuid);`,
  "a policy only where none is": `${T} do $$ begin
      if not exists (select 1 from pg_policies where policyname = 'p') then
        create policy p on public.projects for select to authenticated using (org_id in (select org_id from members where user_id = auth.uid()));
      end if;
    end $$;`,
  "mended by a later migration": {
    "supabase/migrations/1_a.sql": "create table public.notes (id uuid primary key, org_id uuid, user_id uuid);",
    "supabase/migrations/2_b.sql":
      'alter table notes enable row level security; create policy "open" on notes for all using (true);',
    "supabase/migrations/10_c.sql":
      'drop policy if exists "open" on public.notes; create policy "own" on public.notes for all to authenticated using (user_id = auth.uid());',
  },
  "altered by a later migration": `${T} create policy p on public.projects for select using (true);
    alter policy p on public.projects to authenticated using (org_id in (select org_id from members where user_id = auth.uid()));`,
  "a table renamed and moved":
    "create table public.a (id uuid, org_id uuid); alter table public.a rename to b; alter table public.b set schema private;",
  "tables that clients are kept from": `revoke all on all tables in schema public from anon, authenticated;
    alter default privileges in schema public revoke all on tables from anon, authenticated;
    create table jobs (id uuid primary key, org_id uuid);`,
  "tables of a private schema":
    "create schema private; create table private.keys (id uuid primary key, org_id uuid); create temp table x (org_id uuid);",
  "roles of the platform": `${T} create policy "service" on public.projects for all to service_role using (true) with check (true);
    create policy "by claim" on public.projects for all using (auth.jwt() ->> 'role' = 'service_role');
    create policy "super" on public.projects for all to authenticated using (exists (select 1 from public.admins where admins.user_id = auth.uid()));`,
  "what everybody may read": `create table public.plans (id text primary key, cents int); alter table public.plans enable row level security;
    create policy "Allow public read-only access." on public.plans for select using (true);
    create table public.profiles (id uuid references auth.users primary key, username text, avatar_url text); alter table public.profiles enable row level security;
    create policy "Public profiles are viewable by everyone." on profiles for select using (true);
    create policy "Users can insert their own profile." on profiles for insert with check ((select auth.uid()) = id);
    create policy "Users can update own profile." on profiles for update using ((select auth.uid()) = id);
    create policy "Avatar images are publicly accessible." on storage.objects for select using (bucket_id = 'avatars');
    create policy "Anyone can upload an avatar." on storage.objects for insert with check (bucket_id = 'avatars');`,
  "storage by folder": `create policy "own folder" on storage.objects for insert to authenticated
    with check (bucket_id = 'files' and (storage.foldername(name))[1] = (select auth.uid()::text));`,
  "a new user's profile by trigger": `create function public.handle_new_user() returns trigger set search_path = '' as $$
    begin insert into public.profiles (id, name) values (new.id, new.raw_user_meta_data->>'full_name'); return new; end;
    $$ language plpgsql security definer;
    create trigger on_auth_user_created after insert on auth.users for each row execute procedure public.handle_new_user();`,
  "a function that asks for the caller": `create function public.create_team(team_name text, p_org_id uuid) returns uuid language plpgsql security definer set search_path = '' as $$
    declare v_id uuid; begin
      if (select auth.uid()) is null then raise exception 'no'; end if;
      insert into public.teams (name, org_id) values (team_name, p_org_id) returning id into v_id; return v_id;
    end $$;`,
  "a function behind a capability": `create function public.accept_invitation(p_token text, p_user_id uuid) returns uuid language sql security definer set search_path = '' as $$
    update public.invitations set user_id = p_user_id where token = p_token returning id $$;`,
  "a function of the service role": `create function public.usage_of(p_org_id uuid) returns bigint language sql security definer set search_path = '' as $$ select count(*) from public.usage where org_id = p_org_id $$;
    revoke all on function public.usage_of from public; revoke all on function public.usage_of(uuid) from anon, authenticated;
    grant execute on function public.usage_of(uuid) to service_role;`,
  "a view that asks for the caller, or shows chosen columns": `${T} create view public.my_projects as select id from public.projects where org_id = (auth.jwt() ->> 'org_id')::uuid;
    create view public.public_projects as select id from public.projects;
    create view private.totals as select count(*) from public.projects;
    create view public.stats with (security_barrier = true, security_invoker = on) as select count(*) from projects;
    create materialized view public.counts as select count(*) from projects; revoke all on public.counts from anon, authenticated;`,
  "a restrictive policy beside an open one": `${T} create policy "open" on public.projects for select to authenticated using (true);
    create policy "only ours" on public.projects as restrictive for all to authenticated using (org_id in (select org_id from members where user_id = auth.uid()));`,
  "casts, brackets and a query around the caller": `${T} create policy p on "public"."projects" as permissive for select to authenticated
    using (((( SELECT auth.uid() AS uid) = "name"::uuid) AND (org_id = ANY (ARRAY(SELECT m.org_id FROM members m WHERE (m.user_id = ( SELECT auth.uid() AS uid)))))));`,
  "what pg_dump writes": `--\n-- PostgreSQL database dump\n--\n\\restrict abc\nSET search_path = '';\nSELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public.notes (\n    id uuid DEFAULT gen_random_uuid() NOT NULL,\n    org_id uuid NOT NULL\n);\nALTER TABLE ONLY public.notes REPLICA IDENTITY FULL;
COPY public.notes (id, org_id) FROM stdin;\nit's; $$ (\n\\.\n
ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY;\nCREATE POLICY own ON public.notes TO authenticated USING ((org_id = ((auth.jwt() ->> 'org_id'::text))::uuid));\n\\unrestrict abc\n`,
  "what goes backwards, seeds, or tests": {
    "supabase/migrations/1_a.sql": T,
    "supabase/migrations/1_a.down.sql": "alter table projects disable row level security;",
    "supabase/rollback/1_a.sql": "alter table projects disable row level security;",
    "supabase/seed.sql": "create table scratch (id int);",
    "supabase/tests/rls.test.sql": "create table tests (id int);",
  },
  "a policy that joins another table of the same column": `${T} create policy p on projects for select to authenticated using (
      exists (select 1 from teams t join members m on m.team_id = t.id where t.org_id = projects.org_id and m.user_id = auth.uid()));`,
  "rows without an owner are for everybody": `create table templates (id uuid primary key, user_id uuid); alter table templates enable row level security;
    create policy p on templates for select using (user_id is null or user_id = auth.uid());`,
  "an admin's flag of the verified token": `${T} create policy p on projects for all to authenticated using (((auth.jwt() -> 'app_metadata') ->> 'is_admin')::boolean);`,
};

/** Ways of writing it wrong, and the rules that say so. */
const FOUND: Record<string, readonly [Tree, ...string[]]> = {
  "signed in is not a member": [
    `${T} create policy p on projects for select using (auth.role() = 'authenticated');`,
    "rls/permissive-policy create policy p on projects for select u",
  ],
  "true by the side": [
    `${T} create policy p on projects for select to authenticated using (org_id in (select org_id from members where user_id = auth.uid()) or true);`,
    "rls/permissive-policy create policy p on projects for select t",
  ],
  "a service role that is everybody": [
    `${T} create policy "Service role full access" on projects for all using (true);`,
    'rls/permissive-policy create policy "Service role full access"',
  ],
  "anybody deletes": [
    "create table todos (id int primary key); alter table todos enable row level security; create policy p on todos for delete to anon using (true);",
    "rls/permissive-policy create policy p on todos for delete to a",
  ],
  "a check that is always true": [
    `${T} create policy p on projects for update to authenticated using (org_id = (auth.jwt() ->> 'org_id')::uuid) with check (true);`,
    "rls/missing-with-check with check (true)",
  ],
  "anybody inserts into a tenant": [
    `${T} create policy p on projects for insert to authenticated with check ((select auth.uid()) is not null);`,
    "rls/missing-with-check with check ((select auth.uid()) is not n",
  ],
  "the user's own metadata, in brackets": [
    `${T} create policy p on projects for all to authenticated using (org_id = (((auth.jwt() -> 'user_metadata'::text) ->> 'org_id'::text))::uuid);`,
    "rls/client-writable-claim using (org_id = (((auth.jwt() -> 'user_m",
  ],
  "the user's own row of auth.users": [
    `${T} create policy p on projects to authenticated using ((select raw_user_meta_data ->> 'role' from auth.users where id = auth.uid()) = 'admin');`,
    "rls/client-writable-claim using ((select raw_user_meta_data ->> 'r",
  ],
  "shadowed without an alias": [
    `${T} create policy p on projects to authenticated using (exists (select 1 from members where members.org_id = org_id and members.user_id = auth.uid()));`,
    "rls/policy-compares-itself members.org_id = org_id",
  ],
  "shadowed on both sides": [
    `${T} create policy p on projects to authenticated using (auth.uid() in (select user_id from members where org_id = org_id));`,
    "rls/policy-compares-itself org_id = org_id",
  ],
  "no visitor is no tenant": [
    `${T} create policy p on projects for select using (auth.uid() is null or org_id = (auth.jwt() ->> 'org_id')::uuid);`,
    "rls/tenant-setting-missing-ok using (auth.uid() is null or org_id = (a",
  ],
  "a view over a protected table": [
    `${T} create view project_names as select id, name from projects;`,
    "rls/view-bypasses create view project_names",
  ],
  "a view over a view": [
    `${T} create view private.a as select * from public.projects; create view b as select * from private.a;`,
    "rls/view-bypasses create view b",
  ],
  "a materialized view": [
    `${T} create materialized view m as select org_id, count(*) from projects group by 1;`,
    "rls/view-bypasses create materialized view m",
  ],
  "security_invoker taken away": [
    `${T} create view v with (security_invoker = true) as select id from projects; alter view v set (security_invoker = false);`,
    "rls/view-bypasses create view v",
  ],
  "a definer that takes an id": [
    "create function get_orders(user_id uuid) returns setof json language plpgsql security definer set search_path = public as $$ begin return query select to_json(o) from orders o where o.user_id = get_orders.user_id; end $$;",
    "rls/definer-exposed create function get_orders",
  ],
  "a definer that deletes for anybody": [
    "create or replace function delete_account(p_user_id uuid) returns void language sql security definer set search_path = '' as $$ delete from auth.users where id = p_user_id $$;",
    "rls/definer-exposed create or replace function delete_accoun",
  ],
  "replaced without what it had": [
    `create function f(a int) returns int language sql security definer set search_path = '' as 'select 1';
     create or replace function f(a int) returns int language sql security definer as 'select count(*)::int from things';`,
    "rls/definer-search-path create or replace function f",
  ],
  "row security of a table dropped and made anew": [
    `${T} drop table projects; create table projects (id uuid primary key, org_id uuid);`,
    "rls/not-enabled create table projects",
  ],
  "switched off in a later migration": [
    {
      "supabase/migrations/9_a.sql": T,
      "supabase/migrations/10_b.sql": 'ALTER TABLE IF EXISTS ONLY "public"."projects" DISABLE ROW LEVEL SECURITY;',
    },
    'rls/disabled-later ALTER TABLE IF EXISTS ONLY "public"."pro',
  ],
  "a policy made in a block": [
    `${T} do $$ begin create policy p on projects for all using (true); exception when duplicate_object then null; end $$;`,
    "rls/permissive-policy create policy p on projects for all usin",
  ],
  "a policy made of a string": [
    `${T} do $$ begin execute 'create policy p on projects for select using (true)'; end $$;`,
    "rls/permissive-policy create policy p on projects for select u",
  ],
};

/** Trees of another kind, where the application's server is the only client. */
const ELSEWHERE: Record<string, readonly [Tree, ...string[]]> = {
  "no row security anywhere is another way of working": [
    "create table projects (id int, tenant_id int); create view v as select * from projects; create function f(a uuid) returns int language sql security definer set search_path = '' as $$ select 1 from x.y where id = a $$;",
  ],
  "a table of the owner's alone, where others are granted": [
    `create table a (tenant_id uuid); alter table a enable row level security; create policy p on a using (tenant_id = current_setting('app.tenant_id')::uuid); grant select on a to app;
     create table b (tenant_id uuid);`,
  ],
  "a view in which FORCE holds": [
    `create table a (tenant_id uuid not null); alter table a enable row level security; alter table a force row level security; create policy p on a using (tenant_id = current_setting('app.tenant_id')::uuid);
     create view v as select * from a;`,
  ],
  "an escape that must be set": [
    "create table a (tenant_id uuid not null); alter table a enable row level security; create policy p on a using (current_setting('app.bypass', true) = 'on' or tenant_id = current_setting('app.tenant_id', true)::uuid);",
  ],
  "an empty setting passes": [
    "create table a (tenant_id uuid not null); alter table a enable row level security; create policy p on a using (coalesce(current_setting('app.tenant_id', true), '') = '' or tenant_id::text = current_setting('app.tenant_id', true));",
    "rls/tenant-setting-missing-ok using (coalesce(current_setting('app.ten",
  ],
  "a role for the application that sees everything": [
    "create table a (tenant_id uuid not null); alter table a enable row level security; create policy p on a to app_user using (true);",
    "rls/permissive-policy create policy p on a to app_user using (",
  ],
  "knex, with its way back": [
    {
      "migrations/1_a.ts":
        "export async function up(knex) { await knex.schema.createTable('a', () => {}); await knex.raw(`alter table a enable row level security; create policy p on a using (true)`); }\nexport async function down(knex) { await knex.raw(`alter table a disable row level security`); }",
    },
    "rls/permissive-policy create policy p on a using (true)",
  ],
  "two applications of one tree": [
    {
      "apps/one/migrations/1.sql":
        "create table users (id uuid, tenant_id uuid); alter table users enable row level security; create policy p on users using (tenant_id = current_setting('app.t')::uuid);",
      "apps/two/migrations/1.sql": "create table users (id uuid, tenant_id uuid);",
    },
  ],
  "Prisma makes the tables, another folder protects them": [
    {
      "prisma/migrations/2024_init/migration.sql":
        'CREATE TABLE "Project" ("id" TEXT NOT NULL, "tenantId" TEXT NOT NULL);\nCREATE TABLE "Task" ("id" TEXT NOT NULL, "tenantId" TEXT NOT NULL);',
      "prisma/rls.sql":
        'ALTER TABLE "Project" ENABLE ROW LEVEL SECURITY; CREATE POLICY t ON "Project" USING ("tenantId" = current_setting(\'app.t\'));',
    },
    'rls/not-enabled CREATE TABLE "Task"',
  ],
  "another database": [
    {
      "db/mysql/1.sql": "create table a (tenant_id int);",
      "db/migrations/1.sql": "create table `b` (`tenant_id` int) engine=InnoDB;",
    },
  ],
};

suite("Supabase projects written right give nothing", () => {
  for (const [name, tree] of Object.entries(QUIET)) test(name, () => assert.deepEqual(rules(tree, true), []));
});
suite("Supabase projects written wrong", () => {
  for (const [name, [tree, ...expected]] of Object.entries(FOUND))
    test(name, () => assert.deepEqual(rules(tree, true), expected));
});
suite("other projects", () => {
  for (const [name, [tree, ...expected]] of Object.entries(ELSEWHERE))
    test(name, () => assert.deepEqual(rules(tree, false), expected));
});

test("conditions nested or joined without end neither overflow nor hide what stands beside them", () => {
  const many = 5_000;
  const deep = [
    `create policy a on t using (${"(".repeat(many)}true${")".repeat(many)});`,
    `create policy b on t using (${"not ".repeat(many)} true);`,
    `create policy c on t using (${"a = 1 or ".repeat(many)} true);`,
    `create policy d on t using (${"exists (select 1 from ".repeat(many)}`,
  ].join("\n");
  const text = `create table t (a int); alter table t enable row level security; create policy z on t using (true);\n${deep}`;
  assert.ok(rules(text, true).includes("rls/permissive-policy create policy z on t using (true)"));
});
