import type { Token } from "../token.ts";

/**
 * A condition as one line to compare: spaces only between words, strings in quotes, no casts, and no `(select f())` around
 * a single call, which is there for speed alone.
 */
export function normal(tokens: readonly Token[]): string {
  let text = "";
  let before: Token | undefined;
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined) break;
    if (token.kind === "symbol" && token.value === "::") {
      at = castEnd(tokens, at);
      continue;
    }
    const written = token.kind === "string" || token.kind === "dollar" ? `'${token.value}'` : token.value;
    if (isWordy(before) && isWordy(token)) text += " ";
    text += written;
    before = token;
  }
  let shorter = text;
  do {
    text = shorter;
    shorter = text
      .replaceAll(/\(select ((?:[a-z_]\w*\.)?[a-z_]\w*\([^()]*\)(?:->>?'[^']*')*)(?: as \w+| uid| jwt| role)?\)/g, "$1")
      .replaceAll(/(^|[^\w.])\(((?:[a-z_]\w*\.)?[a-z_]\w*\([^()]*\)(?:->>?'[^']*')*)\)/g, "$1$2");
  } while (shorter !== text);
  return text;
}

/** The last token of a cast that begins at `at`: `::uuid[]`, `::varchar(10)`, `::timestamp with time zone`. */
function castEnd(tokens: readonly Token[], at: number): number {
  let end = at + 1;
  while (tokens[end + 1]?.value === "." && tokens[end + 2] !== undefined) end += 2;
  if (tokens[end + 1]?.value === "[" && tokens[end + 2]?.value === "]") end += 2;
  else if (tokens[end + 1]?.value === "(" && tokens[end + 2]?.kind === "number" && tokens[end + 3]?.value === ")")
    end += 3;
  return end;
}

function isWordy(token: Token | undefined): boolean {
  return token !== undefined && (token.kind !== "symbol" || token.value === "$");
}
