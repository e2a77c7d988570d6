import type pg from "pg";
import { DatabaseError } from "./errors.ts";
import { toDatabaseError } from "./query-error.ts";

/**
 * To be awaited before a process serves anything: that row-level security binds the role of this pool, and is
 * enabled and forced on every table of schema meterr that holds an organisation's rows, partitions included.
 * @throws DatabaseError isolation_not_in_force (the process must not start), database_unavailable
 */
export async function assertIsolation(pool: pg.Pool): Promise<void> {
  const problems = await query(pool);
  if (problems.length > 0) {
    throw new DatabaseError("isolation_not_in_force", `Row-level security does not hold: ${problems.join("; ")}.`);
  }
}

interface Found {
  role: string;
  mighty: boolean;
  owns: string[];
  tables: number;
  open: string[];
  unpoliced: string[];
}

async function query(pool: pg.Pool): Promise<string[]> {
  let found: Found | undefined;
  try {
    found = (await pool.query<Found>(catalogueQuestion)).rows[0];
  } catch (error) {
    throw toDatabaseError(error);
  }
  if (found === undefined) return ["the catalogue gave no answer"];
  const problems: string[] = [];
  if (found.mighty) problems.push(`the role ${found.role} is a superuser or bypasses row-level security`);
  if (found.owns.length > 0) problems.push(`the role ${found.role} can act as the owner of ${found.owns.join(", ")}`);
  if (found.tables === 0) problems.push("the schema meterr has no tenant tables; run the migrations first");
  if (found.open.length > 0) problems.push(`not enabled and forced on ${found.open.join(", ")}`);
  if (found.unpoliced.length > 0) problems.push(`no policy on ${found.unpoliced.join(", ")}`);
  return problems;
}

const catalogueQuestion = `
  with tenant_tables as (
    select c.oid, c.relname::text as name, c.relrowsecurity and c.relforcerowsecurity as forced, c.relispartition as part
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'meterr'
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
    where c.relkind in ('r', 'p')
  )
  select current_user::text as role,
    (select rolsuper or rolbypassrls from pg_roles where rolname = current_user)
      or exists (select from pg_roles r where (r.rolsuper or r.rolbypassrls) and pg_has_role(current_user, r.oid, 'MEMBER')) as mighty,
    array(select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'meterr' and c.relkind in ('r', 'p', 'v', 'm') and pg_has_role(current_user, c.relowner, 'MEMBER')
      order by 1 limit 5) as owns,
    (select count(*)::integer from tenant_tables) as tables,
    array(select name from tenant_tables where not forced order by name) as open,
    array(select name from tenant_tables t where not t.part
      and not exists (select from pg_policy p where p.polrelid = t.oid and p.polpermissive and p.polcmd = '*' and p.polroles = '{0}')
      order by name) as unpoliced`;
