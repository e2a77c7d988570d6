import type { Span } from "../syntax/parse.ts";

/**
 * Spans of the comments of a PostgreSQL file: `--` to the line's end and nested block comments, outside of strings, quoted
 * names and dollar-quoted bodies (SQL Syntax §4.1.2, §4.1.5). An unclosed one ends with the file.
 */
export function sqlComments(text: string): Span[] {
  const found: Span[] = [];
  let at = 0;
  while (at < text.length) {
    const two = text.slice(at, at + 2);
    const one = two[0];
    if (two === "--") {
      const end = after(text, "\n", at, 0);
      found.push({ start: at, end });
      at = end;
    } else if (two === "/*") {
      const end = blockEnd(text, at);
      found.push({ start: at, end });
      at = end;
    } else if (one === "'" || one === '"') at = quoteEnd(text, at, one);
    else if (one === "$") at = dollarEnd(text, at);
    else at++;
  }
  return found;
}

function after(text: string, end: string, from: number, length: number): number {
  const at = text.indexOf(end, from);
  return at === -1 ? text.length : at + length;
}

function blockEnd(text: string, start: number): number {
  let depth = 0;
  for (const { index, 0: mark } of text.slice(start).matchAll(/\/\*|\*\//g)) {
    depth += mark === "/*" ? 1 : -1;
    if (depth === 0) return start + index + 2;
  }
  return text.length;
}

function quoteEnd(text: string, start: number, quote: string): number {
  // E'…' strings alone know backslashes.
  const escapes = quote === "'" && /(?:^|[^\w$])e$/i.test(text.slice(Math.max(0, start - 2), start));
  for (let at = start + 1; at < text.length; at++) {
    if (escapes && text[at] === "\\") at++;
    else if (text[at] === quote) {
      if (text[at + 1] !== quote) return at + 1;
      at++;
    }
  }
  return text.length;
}

/**
 * Bodies of functions are dollar-quoted, and comments in them count as well: only the tag is passed over when the body is
 * code, the whole when it is a value on one line.
 */
function dollarEnd(text: string, start: number): number {
  const tag = /^\$(?:[A-Za-z_][A-Za-z0-9_]*)?\$/.exec(text.slice(start, start + 70))?.[0];
  if (tag === undefined) return start + 1;
  const close = text.indexOf(tag, start + tag.length);
  if (close === -1 || text.slice(start, close).includes("\n")) return start + tag.length;
  return close + tag.length;
}
