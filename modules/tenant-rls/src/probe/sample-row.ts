import { sqlIdentifier, type Sql } from "@meterr/runtime";
import type { TableToProve } from "./proof.ts";

interface Column {
  readonly name: string;
  readonly type: string;
  /** The most characters; null when there is no such limit. */
  readonly length: number | null;
  readonly firstLabel: string | null;
}

const NEEDED = `
  select a.attname as name, format_type(a.atttypid, null) as type,
    case when a.atttypid in ('varchar'::regtype, 'bpchar'::regtype) and a.atttypmod > 4 then a.atttypmod - 4 end as length,
    (select e.enumlabel::text from pg_enum e where e.enumtypid = a.atttypid order by e.enumsortorder limit 1) as "firstLabel"
  from pg_attribute a
  where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped and a.attnotnull and not a.atthasdef
    and a.attidentity = '' and a.attgenerated = ''`;

const MADE_UP: Readonly<Record<string, () => unknown>> = {
  uuid: () => crypto.randomUUID(),
  smallint: () => random(30_000),
  integer: () => random(2_000_000_000),
  bigint: () => random(2_000_000_000),
  numeric: () => "0",
  real: () => 0,
  "double precision": () => 0,
  boolean: () => false,
  date: () => "today",
  "timestamp with time zone": () => "now",
  "timestamp without time zone": () => "now",
  json: () => "{}",
  jsonb: () => "{}",
  bytea: () => "\\x",
  inet: () => "192.0.2.1",
};

function random(most: number): number {
  const [value = 0] = crypto.getRandomValues(new Uint32Array(1));
  return (value % most) + 1;
}

/** A statement that inserts a row of the tenant: the tenant's column, the sample, and what else the table insists on. */
export async function sampleRow(
  sql: Sql,
  table: TableToProve,
  tenantId: string,
): Promise<{ text: string; values: unknown[] }> {
  const { rows } = await sql.query<Column>(NEEDED, [sqlIdentifier(table.name)]);
  const row = new Map<string, unknown>();
  for (const column of rows) row.set(column.name, madeUp(column));
  for (const [name, value] of Object.entries(table.sample?.(tenantId) ?? {})) row.set(name, value);
  row.set(table.tenantColumn, tenantId);
  const names = [...row.keys()].map((name) => sqlIdentifier(name));
  const places = names.map((_, index) => `$${index + 1}`);
  return {
    text: `insert into ${sqlIdentifier(table.name)} (${names.join(", ")}) values (${places.join(", ")})`,
    values: [...row.values()],
  };
}

/** Null where nothing can be made up; the table then refuses the row, and the probe says that it needs a sample. */
function madeUp({ type, length, firstLabel }: Column): unknown {
  if (firstLabel !== null) return firstLabel;
  if (type === "text" || type.startsWith("character")) {
    return `probe-${crypto.randomUUID()}`.slice(-(length ?? 64));
  }
  return Object.hasOwn(MADE_UP, type) ? MADE_UP[type]?.() : null;
}
