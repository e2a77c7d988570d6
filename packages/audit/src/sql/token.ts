import { Scanner, type TokenKind } from "./scanner.ts";

/** A token that means something: no space, no comment. */
export interface Token {
  readonly kind: Exclude<TokenKind, "space" | "comment">;
  /** Offsets in the file. */
  readonly start: number;
  readonly end: number;
  /** Words in lower case, names and strings without their quotes, dollar-quoted text without its tags, else as written. */
  readonly value: string;
}

/** SQL and where its first character stands in its file: text may be a part of one, or of a string in one. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly base: number;
}

/** The tokens of a part of the text. */
export function tokensOf({ text, base }: Source, from = 0, to = text.length): Token[] {
  const tokens: Token[] = [];
  const scanner = new Scanner(text, from, to);
  while (scanner.next()) {
    const { kind, start, end } = scanner;
    if (kind === "space" || kind === "comment") continue;
    tokens.push({ kind, start: base + start, end: base + end, value: valueOf(kind, text.slice(start, end)) });
  }
  return tokens;
}

function valueOf(kind: Token["kind"], written: string): string {
  switch (kind) {
    case "word":
      return written.toLowerCase();
    case "quoted":
      return written.slice(written.indexOf('"') + 1, -1).replaceAll('""', '"');
    case "string":
      return written.slice(written.indexOf("'") + 1, -1).replaceAll("''", "'");
    case "dollar":
      return written.slice(tagLength(written), -tagLength(written));
    default:
      return written;
  }
}

/** Length of the tag before, and after, dollar-quoted text. */
export function tagLength(written: string): number {
  return written.indexOf("$", 1) + 1;
}

/** What is inside a string or dollar-quoted text, each character where it stands; escaped quotes become one quote and a space. */
export function insideOf(source: Source, token: Token): Source {
  const written = source.text.slice(token.start - source.base, token.end - source.base);
  if (token.kind === "dollar") {
    const length = tagLength(written);
    return { path: source.path, text: written.slice(length, -length), base: token.start + length };
  }
  const open = written.indexOf("'") + 1;
  let opening = false;
  const text = written.slice(open, -1).replaceAll("''", () => {
    opening = !opening;
    return opening ? " '" : "' ";
  });
  return { path: source.path, text, base: token.start + open };
}
