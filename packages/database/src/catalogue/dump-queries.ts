/** Our schemas; partitions of a month come and go, so that only their parents are dumped. */
const tables = `
  select c.oid, n.nspname || '.' || quote_ident(c.relname) as name, c.relowner, c.relacl, c.relrowsecurity, c.relforcerowsecurity,
    case when c.relkind = 'p' then ' partition by ' || pg_get_partkeydef(c.oid) else '' end as partitioned
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('meterr', 'auth') and c.relkind in ('r', 'p') and not c.relispartition`;

const functions = `
  select p.oid, p.oid::regprocedure::text as name, p.proowner, p.proacl
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('meterr', 'auth')`;

const grantee = "case when a.grantee = 0 then 'public' else a.grantee::regrole::text end";

/** Each gives rows of (object, line), in the order they are printed. Run with an empty search_path, so that names are whole. */
export const dumpQueries: readonly { title: string; text: string }[] = [
  {
    title: "schemas",
    text: `select n.nspname as object, 'create schema ' || n.nspname || ' authorization ' || n.nspowner::regrole::text || ';' as line
      from pg_namespace n where n.nspname in ('meterr', 'auth')
      union all
      select n.nspname, 'grant ' || lower(a.privilege_type) || ' on schema ' || n.nspname || ' to ' || ${grantee} || ';'
      from pg_namespace n cross join aclexplode(n.nspacl) a where n.nspname in ('meterr', 'auth') and a.grantee <> n.nspowner
      union all
      select '~', 'alter default privileges for role ' || d.defaclrole::regrole::text || ' on ' || d.defaclobjtype::text || ' grant '
        || lower(a.privilege_type) || ' to ' || ${grantee} || ';'
      from pg_default_acl d cross join aclexplode(d.defaclacl) a where d.defaclrole::regrole::text like 'meterr%'
      order by 1, 2`,
  },
  {
    title: "tables",
    text: `with t as (${tables})
      select t.name as object, 'create table ' || t.name || ' (' || chr(10) || string_agg('  ' || quote_ident(a.attname) || ' '
        || format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end
        || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), ''), ',' || chr(10) order by a.attnum)
        || chr(10) || ')' || t.partitioned || '; -- owner ' || t.relowner::regrole::text as line
      from t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum
      group by t.name, t.partitioned, t.relowner order by 1`,
  },
  {
    title: "constraints",
    text: `with t as (${tables})
      select t.name as object, 'alter table ' || t.name || ' add constraint ' || quote_ident(c.conname) || ' ' || pg_get_constraintdef(c.oid) || ';' as line
      from t join pg_constraint c on c.conrelid = t.oid where c.contype <> 'n' order by 1, 2`,
  },
  {
    title: "indexes",
    text: `with t as (${tables})
      select t.name as object, pg_get_indexdef(i.indexrelid) || ';' as line
      from t join pg_index i on i.indrelid = t.oid
      where not exists (select from pg_constraint c where c.conindid = i.indexrelid and c.conrelid = t.oid) order by 1, 2`,
  },
  {
    title: "row-level security",
    text: `with t as (${tables})
      select t.name as object, 'alter table ' || t.name || ' enable row level security, force row level security;' as line
      from t where t.relrowsecurity and t.relforcerowsecurity
      union all
      select t.name, 'create policy ' || quote_ident(p.polname) || ' on ' || t.name
        || case when p.polpermissive then '' else ' as restrictive' end
        || case p.polcmd when 'r' then ' for select' when 'a' then ' for insert' when 'w' then ' for update' when 'd' then ' for delete' else '' end
        || ' to ' || (select string_agg(case when r = 0 then 'public' else r::regrole::text end, ', ' order by r::regrole::text) from unnest(p.polroles) r)
        || coalesce(chr(10) || '  using ' || pg_get_expr(p.polqual, p.polrelid), '')
        || coalesce(chr(10) || '  with check ' || pg_get_expr(p.polwithcheck, p.polrelid), '') || ';'
      from t join pg_policy p on p.polrelid = t.oid order by 1, 2`,
  },
  {
    title: "functions",
    text: `with f as (${functions})
      select f.name as object, pg_get_functiondef(f.oid) || '; -- owner ' || f.proowner::regrole::text as line from f order by 1`,
  },
  {
    title: "triggers",
    text: `with t as (${tables})
      select t.name as object, pg_get_triggerdef(g.oid) || ';' as line
      from t join pg_trigger g on g.tgrelid = t.oid where not g.tgisinternal order by 1, 2`,
  },
  {
    title: "grants",
    text: `with t as (${tables}), f as (${functions})
      select t.name as object, 'grant ' || string_agg(lower(a.privilege_type), ', ' order by a.privilege_type) || ' on ' || t.name || ' to ' || ${grantee} || ';' as line
      from t cross join aclexplode(t.relacl) a where a.grantee <> t.relowner group by t.name, a.grantee
      union all
      select t.name, 'grant ' || lower(a.privilege_type) || ' (' || string_agg(quote_ident(c.attname), ', ' order by c.attnum) || ') on ' || t.name || ' to ' || ${grantee} || ';'
      from t join pg_attribute c on c.attrelid = t.oid cross join aclexplode(c.attacl) a group by t.name, a.privilege_type, a.grantee
      union all
      select f.name, 'grant execute on function ' || f.name || ' to ' || ${grantee} || ';'
      from f cross join aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a where a.grantee <> f.proowner
      order by 1, 2`,
  },
  {
    title: "sequences and views",
    text: `select n.nspname || '.' || c.relname as object, '-- ' || c.relkind::text || ' ' || n.nspname || '.' || c.relname as line
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('meterr', 'auth') and c.relkind in ('S', 'v', 'm', 'f') order by 1`,
  },
];
