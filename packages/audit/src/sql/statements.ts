import { Scanner } from "./scanner.ts";

/** A statement without its semicolon; between statements stand only spaces, comments, semicolons and psql's own lines. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Splits PostgreSQL text at its semicolons: not at those in strings, dollar-quoted bodies, comments, bodies of
 * `begin atomic`, or actions of a rule. Lines of psql (`\connect`) and the data after `copy … from stdin` are no statements.
 */
export function splitStatements(text: string, from = 0, to = text.length): Span[] {
  const found: Span[] = [];
  let scanner = new Scanner(text, from, to);
  let start = -1;
  let end = -1;
  let depth = 0;
  let atomic = 0;
  let words: string[] = [];
  const skipTo = (at: number): void => {
    scanner = new Scanner(text, Math.min(at, to), to);
  };
  const close = (): void => {
    if (start !== -1) found.push({ start, end });
    start = -1;
    depth = atomic = 0;
    words = [];
  };
  while (scanner.next()) {
    const { kind } = scanner;
    if (kind === "space" || kind === "comment") continue;
    const first = text.charAt(scanner.start);
    if (kind === "symbol" && first === ";") {
      if (atomic > 0 || (depth > 0 && words.includes("rule"))) continue;
      const copies = words[0] === "copy" && /\bfrom\s+stdin\b/i.test(text.slice(start, end));
      close();
      if (copies) skipTo(afterData(text, scanner.end));
      continue;
    }
    if (start === -1) {
      if (kind === "symbol" && first === "\\") {
        skipTo(afterLine(text, scanner.end));
        continue;
      }
      start = scanner.start;
    }
    end = scanner.end;
    if (kind === "symbol") depth += first === "(" ? 1 : first === ")" ? -1 : 0;
    else if (kind === "word" && (words.length < 5 || words.includes("function") || words.includes("procedure"))) {
      const word = text.slice(scanner.start, scanner.end).toLowerCase();
      if (atomic > 0) atomic += word === "case" ? 1 : word === "end" ? -1 : 0;
      else if (word === "atomic" && words.at(-1) === "begin") atomic = 1;
      if (words.length < 5) words.push(word);
      else words[words.length - 1] = word;
    }
  }
  close();
  return found;
}

function afterLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end;
}

/** Data ends with a line of `\.`. */
function afterData(text: string, at: number): number {
  const end = text.slice(at).search(/^\\\.\r?$/m);
  return end === -1 ? text.length : at + end + 2;
}
