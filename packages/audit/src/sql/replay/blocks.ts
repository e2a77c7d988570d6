import { insideOf, tokensOf, type Source, type Token } from "../token.ts";
import { splitStatements } from "../statements.ts";
import type { Schema } from "../schema.ts";

const CATALOGUES = new Set([
  "pg_tables",
  "pg_class",
  "tables",
  "information_schema",
  "pg_policies",
  "pg_policy",
  "pg_proc",
  "pg_views",
  "routines",
]);
const DEEPEST = 4;

/** Replays one statement; handed in, since a statement may be a block again. */
export type ReplayStatement = (
  schema: Schema,
  source: Source,
  tokens: readonly Token[],
  candidates: ReadonlySet<string> | null,
  depth: number,
) => void;

/** Everything a block may run, each statement once, in the order written: what it decides by is not known here. */
export function replayBlock(schema: Schema, source: Source, depth: number, replayTokens: ReplayStatement): void {
  if (depth > DEEPEST) return;
  const candidates = candidatesOf(tokensOf(source));
  for (const span of splitStatements(source.text)) {
    const tokens = afterControl(tokensOf(source, span.start, span.end));
    const first = tokens[0];
    if (first?.kind !== "word") continue;
    if (first.value === "execute") {
      for (const text of dynamicTexts(source, tokens.slice(1)))
        replayText(schema, text, candidates, depth + 1, replayTokens);
    } else replayTokens(schema, source, tokens, candidates, depth);
  }
}

/** Statements in a text that is built when run. */
function replayText(
  schema: Schema,
  source: Source,
  candidates: ReadonlySet<string> | null,
  depth: number,
  replayTokens: ReplayStatement,
): void {
  if (depth > DEEPEST) return;
  for (const span of splitStatements(source.text)) {
    replayTokens(schema, source, tokensOf(source, span.start, span.end), candidates, depth);
  }
}

/** What is named in strings of the block, up to a parenthesis; null when it asks the catalogue or names nothing. */
function candidatesOf(tokens: readonly Token[]): ReadonlySet<string> | null {
  if (tokens.some(({ kind, value }) => kind === "word" && CATALOGUES.has(value))) return null;
  const named = tokens.filter(({ kind, value }) => kind === "string" && /^[\w."]+(?:\(.*\))?$/s.test(value));
  if (named.length === 0) return null;
  return new Set(
    named.flatMap(({ value }) => {
      const name = value.replace(/\(.*$/s, "").replaceAll('"', "");
      return [name, name.slice(name.lastIndexOf(".") + 1)];
    }),
  );
}

const CONTROL = new Set(["begin", "then", "else", "loop", "declare"]);

function afterControl(tokens: readonly Token[]): readonly Token[] {
  let from = 0;
  let depth = 0;
  for (const [at, token] of tokens.entries()) {
    if (token.kind === "symbol") depth += token.value === "(" ? 1 : token.value === ")" ? -1 : 0;
    else if (depth === 0 && token.kind === "word" && CONTROL.has(token.value)) from = at + 1;
    if (
      depth === 0 &&
      token.kind === "word" &&
      ["create", "alter", "execute", "grant", "revoke"].includes(token.value) &&
      at === from
    )
      break;
  }
  return tokens.slice(from);
}

/** The constant text of `execute`, what is filled in standing as underscores. */
function dynamicTexts(source: Source, tokens: readonly Token[]): Source[] {
  const first = tokens[0];
  const last = tokens.at(-1);
  if (first === undefined || last === undefined) return [];
  if (first.kind === "dollar") return [insideOf(source, first)];
  const formatted = first.kind === "word" && first.value === "format";
  const from = formatted ? (tokens[1]?.end ?? first.end) : first.start;
  let text = "";
  let at = from;
  let depth = 0;
  const pad = (to: number, fill: string): void => {
    if (to > at) text += fill.repeat(to - at);
    at = Math.max(at, to);
  };
  for (const token of formatted ? tokens.slice(2) : tokens) {
    if (token.kind === "string" || token.kind === "dollar") {
      if (depth > 0) continue;
      const inside = insideOf(source, token);
      pad(inside.base, " ");
      text += inside.text.replaceAll(/%(?:\d+\$)?-?\d*[ILs]/g, (mark) => "_".repeat(mark.length));
      at = inside.base + inside.text.length;
    } else if (token.kind === "symbol" && token.value === "(") depth++;
    else if (token.kind === "symbol" && token.value === ")") depth--;
    else if (formatted && depth === 0 && token.value === ",") break;
    else if (!formatted && depth === 0 && token.kind === "word" && (token.value === "using" || token.value === "into"))
      break;
    else if (!formatted && depth === 0 && (token.kind === "word" || token.kind === "quoted")) {
      pad(token.start, " ");
      pad(Math.max(token.end, token.start + 2), "_");
    }
    if (depth < 0) break;
  }
  return text === "" ? [] : [{ path: source.path, text, base: from }];
}
