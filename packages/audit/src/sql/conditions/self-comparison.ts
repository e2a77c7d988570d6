import type { Token } from "../token.ts";
import { relationsIn } from "./relations.ts";

/** A column compared with itself: where, and its name. */
export interface SelfComparison {
  readonly column: string;
  readonly start: number;
  readonly end: number;
  /** The table of the subquery whose column stands on both sides, when the writer meant the policy's own. */
  readonly shadowedBy: string | null;
}

const ENDS = new Set(["and", "or", ")", "group", "order", "limit", "union", "having", "returning", "then", ";"]);
const BEGINS = new Set(["where", "and", "or", "(", "on", "not", "when"]);

/**
 * Comparisons of a column with itself. In a subquery an unqualified name is the subquery's own column where it has one, and
 * it has the one that is named on the other side with its table: `members.org_id = org_id` is true for every row.
 */
export function selfComparisons(tokens: readonly Token[], table: string): SelfComparison[] {
  const found: SelfComparison[] = [];
  for (const { scope, aliases } of scopesOf(tokens, table)) {
    for (const [at, token] of scope.entries()) {
      if (token.kind !== "symbol" || token.value !== "=") continue;
      const left = pathBefore(scope, at);
      const right = pathAfter(scope, at);
      if (left === null || right === null || left.column !== right.column) continue;
      if (!BEGINS.has(scope[left.from - 1]?.value ?? "(") || !ENDS.has(scope[right.to]?.value ?? ")")) continue;
      const start = scope[left.from]?.start ?? token.start;
      const end = scope[right.to - 1]?.end ?? token.end;
      const of = left.table ?? right.table;
      if (left.table !== right.table && left.table !== null && right.table !== null) continue;
      if (of !== null && left.table !== right.table && !aliases.has(of)) continue;
      const shadowedBy = of !== null && of !== table ? (aliases.get(of) ?? of) : null;
      found.push({ column: left.column, start, end, shadowedBy });
    }
  }
  return found;
}

interface Scope {
  /** The tokens of one query, those in deeper queries left out. */
  readonly scope: readonly Token[];
  readonly aliases: ReadonlyMap<string, string>;
}

function scopesOf(tokens: readonly Token[], table: string): Scope[] {
  const done: { tokens: Token[]; query: boolean }[] = [];
  const stack = [{ tokens: [] as Token[], query: false }];
  /** For each open parenthesis whether it opened a query. */
  const opened: boolean[] = [];
  for (const [at, token] of tokens.entries()) {
    const next = tokens[at + 1];
    if (token.kind === "symbol" && token.value === "(") {
      const query = next?.kind === "word" && next.value === "select";
      opened.push(query);
      stack.at(-1)?.tokens.push(token);
      if (query) stack.push({ tokens: [], query });
      continue;
    }
    if (token.kind === "symbol" && token.value === ")" && opened.pop() === true) {
      const closed = stack.pop();
      if (closed !== undefined) done.push(closed);
    }
    stack.at(-1)?.tokens.push(token);
  }
  return [...done, ...stack].map(({ tokens: scope, query }) => ({
    scope,
    aliases: new Map(
      query ? relationsIn(scope).map(({ alias, name }) => [alias, name] as const) : [[table, table] as const],
    ),
  }));
}

interface Path {
  readonly table: string | null;
  readonly column: string;
  readonly from: number;
  readonly to: number;
}

function pathBefore(tokens: readonly Token[], at: number): Path | null {
  const column = tokens[at - 1];
  if (!isName(column)) return null;
  if (tokens[at - 2]?.value !== ".") return { table: null, column: column.value, from: at - 1, to: at };
  const table = tokens[at - 3];
  if (!isName(table)) return null;
  const from = tokens[at - 4]?.value === "." ? at - 5 : at - 3;
  return { table: table.value, column: column.value, from, to: at };
}

function pathAfter(tokens: readonly Token[], at: number): Path | null {
  const names: Token[] = [];
  let to = at + 1;
  for (;;) {
    const token = tokens[to];
    if (!isName(token)) break;
    names.push(token);
    to++;
    if (tokens[to]?.value !== ".") break;
    to++;
  }
  const column = names.at(-1);
  if (column === undefined || tokens[to]?.value === "(") return null;
  // A cast does not change what is compared.
  const end = tokens[to]?.value === "::" ? to + 2 : to;
  return { table: names.at(-2)?.value ?? null, column: column.value, from: at + 1, to: end };
}

function isName(token: Token | undefined): token is Token {
  return (
    token?.kind === "quoted" ||
    (token?.kind === "word" &&
      !["true", "false", "null", "any", "all", "current_user", "session_user"].includes(token.value))
  );
}
