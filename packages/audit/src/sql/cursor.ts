import type { Token } from "./token.ts";

/** A name as written, perhaps with its schema; a schema may itself be named within a database, which is left out. */
export interface Name {
  readonly schema: string | null;
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Reads one statement's tokens from left to right. */
export class Cursor {
  readonly tokens: readonly Token[];
  at: number;
  readonly to: number;

  constructor(tokens: readonly Token[], at = 0, to = tokens.length) {
    this.tokens = tokens;
    this.at = at;
    this.to = to;
  }

  get done(): boolean {
    return this.at >= this.to;
  }

  peek(ahead = 0): Token | undefined {
    return this.at + ahead < this.to ? this.tokens[this.at + ahead] : undefined;
  }

  /** Whether these words (or symbols) come next. */
  is(...words: readonly string[]): boolean {
    return words.every((word, index) => {
      const token = this.peek(index);
      return token !== undefined && (token.kind === "word" || token.kind === "symbol") && token.value === word;
    });
  }

  /** Steps over these words when they come next. */
  eat(...words: readonly string[]): boolean {
    if (!this.is(...words)) return false;
    this.at += words.length;
    return true;
  }

  /** Steps over any of these words, as long as one comes next. */
  eatAny(...words: readonly string[]): void {
    while (words.some((word) => this.eat(word)));
  }

  /** A name, qualified or not, or null. */
  name(): Name | null {
    const parts: Token[] = [];
    do {
      const token = this.peek();
      if (token === undefined || (token.kind !== "word" && token.kind !== "quoted")) break;
      parts.push(token);
      this.at++;
    } while (this.eat("."));
    const first = parts[0];
    const last = parts.at(-1);
    if (first === undefined || last === undefined) return null;
    return { schema: parts.at(-2)?.value ?? null, name: last.value, start: first.start, end: last.end };
  }

  /** Names between commas. */
  names(): Name[] {
    const found: Name[] = [];
    do {
      const name = this.name();
      if (name === null) break;
      found.push(name);
    } while (this.eat(","));
    return found;
  }

  /** Steps over a group in parentheses and gives what is inside; null when none comes next. */
  group(): readonly Token[] | null {
    if (!this.is("(")) return null;
    const from = this.at + 1;
    let depth = 0;
    while (!this.done) {
      const token = this.peek();
      this.at++;
      if (token?.kind !== "symbol") continue;
      if (token.value === "(") depth++;
      else if (token.value === ")" && --depth === 0) return this.tokens.slice(from, this.at - 1);
    }
    return this.tokens.slice(from, this.to);
  }
}

/** Parts between commas that stand in no parentheses or brackets. */
export function splitCommas(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === "symbol") {
      if (token.value === "(" || token.value === "[") depth++;
      else if (token.value === ")" || token.value === "]") depth--;
      else if (token.value === "," && depth === 0) {
        parts.push([]);
        continue;
      }
    }
    parts.at(-1)?.push(token);
  }
  return parts.filter((part) => part.length > 0);
}
