import type { Token } from "../token.ts";
import type { Name } from "../cursor.ts";
import { Cursor } from "../cursor.ts";

export interface Relation extends Name {
  readonly alias: string;
}

const NO_ALIAS = new Set(
  "where on using join left right inner outer full cross natural group order limit offset having union except intersect set values select returning for as window fetch when and or not lateral tablesample default then end loop is with into".split(
    " ",
  ),
);
const TAKES_FROM = new Set(["extract", "substring", "trim", "overlay", "position"]);

/** The tables a query or a function's body names, with the names it gives them; those made by WITH are not among them. */
export function relationsIn(tokens: readonly Token[]): Relation[] {
  const made = new Set<string>();
  const found: Relation[] = [];
  const callers: string[] = [];
  for (const [at, token] of tokens.entries()) {
    const before = tokens[at - 1];
    if (token.kind === "symbol") {
      if (token.value === "(") callers.push(before?.kind === "word" ? before.value : "");
      else if (token.value === ")") callers.pop();
      continue;
    }
    if (token.kind !== "word") continue;
    if (token.value === "as" && (tokens[at + 1]?.value === "(" || tokens[at + 1]?.value === "materialized")) {
      const name = before?.value === ")" ? tokens[openOf(tokens, at - 1) - 1] : before;
      if (name !== undefined) made.add(name.value);
      continue;
    }
    if (!opensRelation(tokens, at, callers.at(-1))) continue;
    const cursor = new Cursor(tokens, at + 1);
    for (;;) {
      cursor.eatAny("only", "lateral", "table");
      const relation = relationAt(cursor);
      if (relation === null) break;
      if (relation !== "call") found.push(relation);
      if (token.value !== "from" || !cursor.eat(",")) break;
    }
  }
  return found.filter(({ schema, name }) => schema !== null || !made.has(name));
}

function relationAt(cursor: Cursor): Relation | "call" | null {
  const name = cursor.name();
  if (name === null) return null;
  if (cursor.is("(")) return "call";
  cursor.eat("as");
  const alias = cursor.peek();
  if (alias !== undefined && (alias.kind === "quoted" || (alias.kind === "word" && !NO_ALIAS.has(alias.value)))) {
    cursor.at++;
    return { ...name, alias: alias.value };
  }
  return { ...name, alias: name.name };
}

function opensRelation(tokens: readonly Token[], at: number, caller: string | undefined): boolean {
  const before = tokens[at - 1]?.kind === "word" ? tokens[at - 1]?.value : undefined;
  switch (tokens[at]?.value) {
    case "from":
      return before !== "distinct" && !TAKES_FROM.has(caller ?? "");
    case "join":
      return true;
    case "into":
      return before === "insert" || before === "merge";
    case "update":
      return (
        before !== "for" &&
        before !== "do" &&
        before !== "on" &&
        before !== "before" &&
        before !== "after" &&
        before !== "key" &&
        before !== "or"
      );
    case "truncate":
      return true;
    default:
      return false;
  }
}

function openOf(tokens: readonly Token[], close: number): number {
  let depth = 0;
  for (let at = close; at >= 0; at--) {
    if (tokens[at]?.value === ")") depth++;
    else if (tokens[at]?.value === "(" && --depth === 0) return at;
  }
  return 0;
}
