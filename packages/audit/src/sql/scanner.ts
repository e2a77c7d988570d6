export type TokenKind = "space" | "comment" | "word" | "quoted" | "string" | "dollar" | "number" | "symbol";

/** Runs of these make one operator (PostgreSQL, Lexical Structure §4.1.3). */
const OPERATOR = "+-*/<>=~!@#%^&|`?";

/**
 * Walks PostgreSQL text token by token without allocating; `kind`, `start` and `end` speak of the present one. Every
 * character belongs to exactly one token. What is not closed ends with the text. Standard-conforming strings are assumed.
 */
export class Scanner {
  kind: TokenKind = "space";
  start: number;
  end: number;
  readonly text: string;
  readonly to: number;

  constructor(text: string, from = 0, to = text.length) {
    this.text = text;
    this.start = from;
    this.end = from;
    this.to = to;
  }

  next(): boolean {
    if (this.end >= this.to) return false;
    this.start = this.end;
    const [kind, end] = this.#at(this.start);
    this.kind = kind;
    this.end = Math.min(end, this.to);
    return true;
  }

  #at(at: number): [TokenKind, number] {
    const { text } = this;
    const code = text.charCodeAt(at);
    const following = text.charCodeAt(at + 1);
    if (isSpace(code)) return ["space", this.#while(at, isSpace)];
    if (isWordStart(code)) return this.#word(at, code, following);
    if (isDigit(code)) return ["number", this.#number(at)];
    switch (code) {
      case 0x27:
        return ["string", this.#quoted(at, 0x27, false)];
      case 0x22:
        return ["quoted", this.#quoted(at, 0x22, false)];
      case 0x24:
        return this.#dollar(at);
      case 0x3a:
        return ["symbol", following === 0x3a || following === 0x3d ? at + 2 : at + 1];
    }
    if (code === 0x2d && following === 0x2d) return ["comment", this.#line(at)];
    if (code === 0x2f && following === 0x2a) return ["comment", this.#block(at)];
    return ["symbol", OPERATOR.includes(text.charAt(at)) ? this.#operator(at) : at + 1];
  }

  #word(at: number, code: number, following: number): [TokenKind, number] {
    // E'…', B'…', X'…', N'…', U&'…' and U&"…"
    const prefix = code | 0x20;
    if (following === 0x27) {
      if (prefix === 0x65) return ["string", this.#quoted(at + 1, 0x27, true)];
      if (prefix === 0x62 || prefix === 0x78 || prefix === 0x6e) return ["string", this.#quoted(at + 1, 0x27, false)];
    }
    if (prefix === 0x75 && following === 0x26) {
      const quote = this.text.charCodeAt(at + 2);
      if (quote === 0x27) return ["string", this.#quoted(at + 2, quote, false)];
      if (quote === 0x22) return ["quoted", this.#quoted(at + 2, quote, false)];
    }
    return ["word", this.#while(at, isWordPart)];
  }

  #number(at: number): number {
    let end = at;
    while (end < this.to) {
      const code = this.text.charCodeAt(end);
      const exponent = (code === 0x2b || code === 0x2d) && (this.text.charCodeAt(end - 1) | 0x20) === 0x65;
      if (!isWordPart(code) && code !== 0x2e && !(exponent && isDigit(this.text.charCodeAt(end + 1)))) break;
      end++;
    }
    return end;
  }

  #quoted(open: number, quote: number, escapes: boolean): number {
    for (let at = open + 1; at < this.to; at++) {
      const code = this.text.charCodeAt(at);
      if (escapes && code === 0x5c) at++;
      else if (code === quote) {
        if (this.text.charCodeAt(at + 1) !== quote) return at + 1;
        at++;
      }
    }
    return this.to;
  }

  #dollar(at: number): [TokenKind, number] {
    let end = at + 1;
    if (!isDigit(this.text.charCodeAt(end))) while (end < this.to && isTagPart(this.text.charCodeAt(end))) end++;
    if (this.text.charCodeAt(end) !== 0x24 || end >= this.to) return ["symbol", at + 1];
    const tag = this.text.slice(at, end + 1);
    const close = this.text.indexOf(tag, end + 1);
    return ["dollar", close === -1 ? this.to : close + tag.length];
  }

  #line(at: number): number {
    const end = this.text.indexOf("\n", at);
    return end === -1 ? this.to : end;
  }

  #block(at: number): number {
    let depth = 0;
    for (let end = at; end < this.to; end++) {
      const code = this.text.charCodeAt(end);
      const following = this.text.charCodeAt(end + 1);
      if (code === 0x2f && following === 0x2a) {
        depth++;
        end++;
      } else if (code === 0x2a && following === 0x2f) {
        depth--;
        end++;
        if (depth === 0) return end + 1;
      }
    }
    return this.to;
  }

  /** `=-1` is `=` and `-1`: an operator ends in a sign only when it holds one of ~ ! @ # % ^ & | ` ?. */
  #operator(at: number): number {
    let end = at;
    let special = false;
    while (end < this.to) {
      const char = this.text.charAt(end);
      if (!OPERATOR.includes(char)) break;
      const pair = this.text.slice(end, end + 2);
      if (end > at && (pair === "--" || pair === "/*")) break;
      special ||= "~!@#%^&|`?".includes(char);
      end++;
    }
    if (special) return end;
    while (end > at + 1 && "+-".includes(this.text.charAt(end - 1))) end--;
    return end;
  }

  #while(at: number, belongs: (code: number) => boolean): number {
    let end = at + 1;
    while (end < this.to && belongs(this.text.charCodeAt(end))) end++;
    return end;
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0xfe_ff;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isWordStart(code: number): boolean {
  return ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a) || code === 0x5f || (code >= 0x80 && code !== 0xfe_ff);
}

function isTagPart(code: number): boolean {
  return isWordStart(code) || isDigit(code);
}

function isWordPart(code: number): boolean {
  return isTagPart(code) || code === 0x24;
}
