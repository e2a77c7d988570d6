import type { Cursor, Name } from "../cursor.ts";
import type { Schema, SqlPlace } from "../schema.ts";
import type { Source, Token } from "../token.ts";

/** One statement about to be replayed; the cursor stands after its first words. */
export interface Statement {
  readonly schema: Schema;
  readonly source: Source;
  readonly cursor: Cursor;
  readonly place: SqlPlace;
  /** Objects that a name only known when run may stand for: those the block around it names, or null for every one. */
  readonly candidates: ReadonlySet<string> | null;
}

export function placeOf(source: Source, first: Token | undefined, last: Token | undefined): SqlPlace {
  const start = first?.start ?? source.base;
  return { path: source.path, start, end: Math.max(start, last?.end ?? start) };
}

/** From the statement's beginning to the end of the name it is about. */
export function headOf({ place }: Statement, name: Name): SqlPlace {
  return { path: place.path, start: place.start, end: name.end };
}
