import type { Sql } from "../host.ts";
import { sqlIdentifier } from "./sql-identifier.ts";

export interface FoundPolicy {
  readonly name: string;
  readonly permissive: boolean;
  /** `*` for all commands. */
  readonly command: string;
  /** `public` alone for every role. */
  readonly roles: readonly string[];
  /** As PostgreSQL writes it back. */
  readonly using: string | null;
  readonly check: string | null;
}

export interface FoundTable {
  readonly name: string;
  /** `r` table, `p` partitioned table, `v` view, …; null when there is none of this name. */
  readonly kind: string | null;
  readonly enabled: boolean;
  readonly forced: boolean;
  /** The role may act as its owner. */
  readonly owned: boolean;
  /** The role has some right on it, be it on a column. */
  readonly usable: boolean;
  readonly truncatable: boolean;
  readonly columns: Readonly<Record<string, string>>;
  readonly policies: readonly FoundPolicy[];
  /** Descendants, directly usable by the role, on which row-level security is not enabled and forced. */
  readonly openPartitions: readonly string[];
}

export interface FoundRole {
  readonly name: string;
  /** Superuser or BYPASSRLS, itself or through a role it may become. */
  readonly mighty: boolean;
}

// One statement, so that a pool answers it from one connection, as one role.
const QUESTION = `
  select json_build_object('name', current_user::text, 'mighty', exists (
      select from pg_roles r where (r.rolsuper or r.rolbypassrls) and pg_has_role(current_user, r.oid, 'MEMBER'))) as role,
    coalesce((select json_agg(json_build_object(
      'name', w.name, 'kind', c.relkind, 'enabled', coalesce(c.relrowsecurity, false),
      'forced', coalesce(c.relforcerowsecurity, false),
      'owned', coalesce(pg_has_role(current_user, c.relowner, 'MEMBER'), false),
      'usable', coalesce(has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
        or has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE'), false),
      'truncatable', coalesce(c.relkind in ('r', 'p') and has_table_privilege(c.oid, 'TRUNCATE'), false),
      'columns', coalesce((select json_object_agg(a.attname, format_type(a.atttypid, null)) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '{}'),
      'policies', coalesce((select json_agg(json_build_object('name', p.polname, 'permissive', p.polpermissive,
          'command', p.polcmd, 'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid),
          'roles', array(select case when m = 0 then 'public' else m::regrole::text end from unnest(p.polroles) m))
          order by p.polname) from pg_policy p where p.polrelid = c.oid), '[]'),
      'openPartitions', array(
        with recursive below (oid) as (
          select i.inhrelid from pg_inherits i where i.inhparent = c.oid
          union select i.inhrelid from pg_inherits i join below b on i.inhparent = b.oid
        )
        select d.oid::regclass::text from below b join pg_class d on d.oid = b.oid
        where not (d.relrowsecurity and d.relforcerowsecurity)
          and (has_table_privilege(d.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
            or has_any_column_privilege(d.oid, 'SELECT, INSERT, UPDATE')) order by 1)
      ) order by w.place)
      from unnest($1::text[], $2::text[]) with ordinality as w (name, quoted, place)
      left join pg_class c on c.oid = to_regclass(w.quoted)), '[]') as tables`;

/** What the live catalogue says of these tables and of the role that asks. */
export async function readTenantTables(
  sql: Sql,
  names: readonly string[],
): Promise<{ role: FoundRole; tables: readonly FoundTable[] }> {
  const { rows } = await sql.query<{ role: FoundRole; tables: FoundTable[] }>(QUESTION, [
    names,
    names.map((name) => sqlIdentifier(name)),
  ]);
  const [found] = rows;
  if (found === undefined) throw new TypeError("The catalogue gave no answer.");
  return found;
}
