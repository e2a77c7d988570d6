import type { Cursor } from "../cursor.ts";
import { isWild, keyOf } from "../schema.ts";
import { headOf, type Statement } from "./context.ts";

/** `create [or replace] [materialized | recursive] view …` */
export function createView(statement: Statement, materialized: boolean): void {
  const { schema, cursor } = statement;
  cursor.eat("if", "not", "exists");
  const name = cursor.name();
  if (name === null || isWild(name.name)) return;
  const place = headOf(statement, name);
  let invoker = false;
  while (!cursor.done && !cursor.is("as")) {
    if (cursor.eat("with")) invoker = invokes(cursor) ?? invoker;
    else if (cursor.group() === null) cursor.at++;
  }
  cursor.eat("as");
  const known = schema.view(name);
  const revoked = new Set(["public", "anon", "authenticated"].filter((role) => schema.withheld.has(`tables ${role}`)));
  const view = {
    schema: name.schema ?? schema.path,
    name: name.name,
    materialized,
    invoker,
    query: cursor.tokens.slice(cursor.at, cursor.to),
    place,
    set: schema.set,
    granted: new Set(known?.granted),
    revoked: known === undefined ? revoked : new Set(known.revoked),
  };
  schema.views.set(keyOf(view.schema, view.name), view);
}

/** `alter view …` */
export function alterView({ schema, cursor }: Statement): void {
  cursor.eat("if", "exists");
  const name = cursor.name();
  if (name === null) return;
  const views = isWild(name.name)
    ? [...schema.views.values()]
    : [schema.view(name)].filter((view) => view !== undefined);
  for (const view of views) {
    if (cursor.is("set", "(")) {
      cursor.at++;
      view.invoker = invokes(cursor) ?? view.invoker;
    } else if (cursor.eat("reset")) {
      if (cursor.group()?.some(({ value }) => value === "security_invoker") === true) view.invoker = false;
    } else if (cursor.eat("rename", "to") || cursor.is("set", "schema")) {
      const moves = cursor.eat("set", "schema");
      const to = cursor.name()?.name;
      if (to === undefined) return;
      schema.views.delete(keyOf(view.schema, view.name));
      if (moves) view.schema = to;
      else view.name = to;
      schema.views.set(keyOf(view.schema, view.name), view);
    }
  }
}

/** What `(security_invoker = on)` says; null when it is not among the options. */
function invokes(cursor: Cursor): boolean | null {
  const options = cursor.group() ?? [];
  const at = options.findIndex(({ value }) => value.toLowerCase() === "security_invoker");
  if (at === -1) return null;
  const value = options[at + 1]?.value === "=" ? options[at + 2]?.value.toLowerCase() : "true";
  return !["false", "off", "no", "0"].includes(value ?? "");
}

/** `drop view a, b` */
export function dropViews({ schema, cursor }: Statement): void {
  cursor.eat("if", "exists");
  for (const name of cursor.names()) {
    const view = schema.view(name);
    if (view !== undefined && view.set === schema.set) schema.views.delete(keyOf(view.schema, view.name));
  }
}
