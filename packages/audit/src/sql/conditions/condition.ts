import type { Token } from "../token.ts";

/** A condition taken apart at its own AND, OR and NOT; what they join is left whole. */
export type Condition =
  | { readonly kind: "and" | "or"; readonly parts: readonly Condition[] }
  | { readonly kind: "not"; readonly part: Condition }
  | { readonly kind: "atom"; readonly tokens: readonly Token[] };

/** Nobody writes deeper; what does is left whole. */
const DEEPEST = 100;

export function conditionOf(tokens: readonly Token[], depth = 0): Condition {
  if (depth > DEEPEST) return { kind: "atom", tokens };
  const bare = withoutParentheses(tokens);
  const inner = (part: readonly Token[]): Condition => conditionOf(part, depth + 1);
  const alternatives = splitAt(bare, "or");
  if (alternatives.length > 1) return { kind: "or", parts: alternatives.map(inner) };
  const all = splitAt(bare, "and");
  if (all.length > 1) return { kind: "and", parts: all.map(inner) };
  if (isWord(bare[0], "not") && bare.length > 1) return { kind: "not", part: inner(bare.slice(1)) };
  if (isWord(bare[0], "select") && !bare.some((token) => isWord(token, "from"))) return inner(bare.slice(1));
  return { kind: "atom", tokens: bare };
}

/** Every atom, wherever it stands. */
export function atomsOf(condition: Condition): (readonly Token[])[] {
  switch (condition.kind) {
    case "atom":
      return [condition.tokens];
    case "not":
      return atomsOf(condition.part);
    default:
      return condition.parts.flatMap(atomsOf);
  }
}

function splitAt(tokens: readonly Token[], word: "and" | "or"): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  let between = false;
  for (const token of tokens) {
    if (token.kind === "symbol") depth += depthOf(token.value);
    else if (token.kind === "word") {
      if (token.value === "case") depth++;
      else if (token.value === "end") depth--;
      else if (depth === 0 && token.value === "between") between = true;
      else if (depth === 0 && token.value === word) {
        // BETWEEN has an AND of its own.
        if (word === "and" && between) between = false;
        else {
          parts.push([]);
          continue;
        }
      }
    }
    parts.at(-1)?.push(token);
  }
  const full = parts.filter((part) => part.length > 0);
  // A query's own AND and OR stand in its WHERE: a bare SELECT is never taken apart.
  return isWord(tokens[0], "select") ? [[...tokens]] : full;
}

/** Without the parentheses that go around the whole. */
export function withoutParentheses(tokens: readonly Token[]): readonly Token[] {
  let bare = tokens;
  for (let layer = 0; layer < DEEPEST && bare[0]?.value === "(" && bare[0].kind === "symbol" && closes(bare); layer++)
    bare = bare.slice(1, -1);
  return bare;
}

function closes(tokens: readonly Token[]): boolean {
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (token.kind === "symbol" && (token.value === "(" || token.value === ")")) depth += depthOf(token.value);
    if (depth === 0) return index === tokens.length - 1;
  }
  return false;
}

function depthOf(symbol: string): number {
  return symbol === "(" || symbol === "[" ? 1 : symbol === ")" || symbol === "]" ? -1 : 0;
}

function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === "word" && token.value === word;
}
