import type pg from "pg";

/** What PostgreSQL itself says about the tables of schema meterr. */
export interface Table {
  name: string;
  /** Its organisation's column leads the primary key; null when it has none. */
  tenant: boolean;
  partition: boolean;
  forced: boolean;
  memberColumn: boolean;
  primaryKey: string[];
}

export async function tables(admin: pg.Pool): Promise<Table[]> {
  const { rows } = await admin.query<Table>(
    `select c.relname as name, c.relispartition as partition, c.relrowsecurity and c.relforcerowsecurity as forced,
       exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id') as tenant,
       exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'member_id') as "memberColumn",
       array(select a.attname::text from pg_index i cross join unnest(i.indkey::smallint[]) with ordinality k (num, at)
         join pg_attribute a on a.attrelid = c.oid and a.attnum = k.num
         where i.indrelid = c.oid and i.indisprimary order by k.at) as "primaryKey"
     from pg_class c where c.relnamespace = 'meterr'::regnamespace and c.relkind in ('r', 'p') order by 1`,
  );
  return rows;
}

export type Command = "select" | "insert" | "update" | "delete";

/** The columns a role may use in a command; for delete, all or none. */
export async function columns(admin: pg.Pool, role: string, table: string, command: Command): Promise<string[]> {
  const text =
    command === "delete"
      ? "select a.attname::text as name from pg_attribute a where a.attrelid = $2::regclass and a.attnum > 0 and has_table_privilege($1, $2, 'delete') and $3 <> ''"
      : `select a.attname::text as name from pg_attribute a
         where a.attrelid = $2::regclass and a.attnum > 0 and not a.attisdropped and has_column_privilege($1, $2, a.attname::text, $3) order by a.attnum`;
  const { rows } = await admin.query<{ name: string }>(text, [role, `meterr.${table}`, command]);
  return rows.map((row) => row.name);
}
