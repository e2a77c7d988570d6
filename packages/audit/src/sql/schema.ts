import type { Name } from "./cursor.ts";
import type { Source, Token } from "./token.ts";

/** A place in a migration, in UTF-16 units from the file's beginning. */
export interface SqlPlace {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

export interface Column {
  readonly name: string;
  readonly nullable: boolean;
  /** `auth.users`, the table it references, or null. */
  readonly references: string | null;
}

/** A condition of a policy. */
export interface Expression extends SqlPlace {
  readonly tokens: readonly Token[];
}

export interface Policy {
  readonly name: string;
  readonly command: "all" | "select" | "insert" | "update" | "delete";
  readonly permissive: boolean;
  roles: readonly string[];
  using: Expression | null;
  check: Expression | null;
  readonly place: SqlPlace;
}

/** Who was granted something and from whom it was taken; later statements undo earlier ones. */
export interface Rights {
  readonly granted: Set<string>;
  readonly revoked: Set<string>;
}

export interface Table extends Rights {
  schema: string;
  name: string;
  /** The head of `create table`; null when only other statements speak of it. */
  created: SqlPlace | null;
  /** Which migrations it belongs to. */
  readonly set: string;
  readonly columns: Map<string, Column>;
  readonly policies: Map<string, Policy>;
  /** The statement that enabled row security last; stays when it is disabled. */
  enabled: SqlPlace | null;
  /** The statement that disabled it, when nothing enabled it again. */
  disabled: SqlPlace | null;
  forced: boolean;
  /** Temporary, foreign or a partition: judged with another, or not at all. */
  readonly minor: boolean;
  owner: string | null;
}

export interface Routine extends Rights {
  schema: string;
  name: string;
  readonly parameters: readonly { readonly name: string; readonly type: string }[];
  /** The first word of its type; `procedure` for one that returns nothing. */
  readonly returns: string;
  definer: boolean;
  searchPath: boolean;
  /** Its header as tokens, and its body. */
  readonly header: readonly Token[];
  readonly body: readonly Token[];
  readonly source: Source | null;
  readonly place: SqlPlace;
  readonly set: string;
}

export interface View extends Rights {
  schema: string;
  name: string;
  readonly materialized: boolean;
  invoker: boolean;
  readonly query: readonly Token[];
  readonly place: SqlPlace;
  readonly set: string;
}

export interface Role {
  readonly name: string;
  bypasses: boolean;
  login: boolean;
  place: SqlPlace;
}

/** What the migrations say so far. */
export class Schema {
  readonly tables = new Map<string, Table>();
  readonly routines = new Map<string, Routine[]>();
  readonly views = new Map<string, View>();
  readonly roles = new Map<string, Role>();
  /** Roles whose use of a schema was taken: `public anon`. */
  readonly closed = new Set<string>();
  /** Roles from whom what is made later is withheld, by kind: `tables anon`. */
  readonly withheld = new Set<string>();
  /** Migrations that speak of tables' rights at all. */
  readonly granting = new Set<string>();
  /** Buckets of Supabase's storage that are not for everybody. */
  readonly privateBuckets = new Set<string>();
  /** An event trigger enables row security on whatever is created. */
  enablesItself = false;
  /** Where unqualified names go. */
  path = "public";
  /** The migrations being read. */
  set = "";

  table(name: Name): Table | undefined {
    return find(this.tables, name, this.path);
  }

  view(name: Name): View | undefined {
    return find(this.views, name, this.path);
  }

  /** The table, made up when no statement created it: its beginnings are then outside of the tree. */
  assumed(name: Name): Table {
    const known = this.table(name);
    if (known !== undefined) return known;
    const table = emptyTable(name.schema ?? this.path, name.name, this.set);
    this.tables.set(keyOf(table.schema, table.name), table);
    return table;
  }

  routinesNamed(name: Name): Routine[] {
    const qualified = this.routines.get(keyOf(name.schema ?? this.path, name.name));
    if (qualified !== undefined || name.schema !== null) return qualified ?? [];
    return [...this.routines.values()].flat().filter((routine) => routine.name === name.name);
  }
}

export function emptyTable(schema: string, name: string, set: string): Table {
  return {
    schema,
    name,
    created: null,
    set,
    columns: new Map(),
    policies: new Map(),
    enabled: null,
    disabled: null,
    forced: false,
    minor: false,
    owner: null,
    granted: new Set(),
    revoked: new Set(),
  };
}

export function keyOf(schema: string, name: string): string {
  return `${schema}.${name}`;
}

/** Text that only running it would give (`%I`, an interpolation) is read as underscores. */
export function isWild(name: string): boolean {
  return /^_{2,}$/.test(name);
}

function find<Kept extends { name: string }>(
  kept: ReadonlyMap<string, Kept>,
  name: Name,
  path: string,
): Kept | undefined {
  const exact = kept.get(keyOf(name.schema !== null && !isWild(name.schema) ? name.schema : path, name.name));
  if (exact !== undefined || (name.schema !== null && !isWild(name.schema))) return exact;
  const same = [...kept.values()].filter((one) => one.name === name.name);
  return same.length === 1 ? same[0] : undefined;
}
