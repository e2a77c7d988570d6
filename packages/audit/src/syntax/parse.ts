import { parseSync, rawTransferSupported, type ParserOptions, type Program } from "oxc-parser";
import { lineStarts } from "./position.ts";

/** From one offset (UTF-16 units) up to another. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One file as syntax, read when first asked for. Judged code is data: nothing of it is ever imported or run. */
export interface Syntax {
  readonly program: Program;
  readonly comments: readonly Span[];
  /** Offsets (UTF-16 units) at which lines begin. */
  readonly lines: readonly number[];
  /** The parser's messages with their offset; the tree is then incomplete. */
  readonly errors: readonly { readonly message: string; readonly offset: number }[];
}

const LANGUAGES: Readonly<Record<string, "js" | "jsx" | "ts" | "tsx" | "dts">> = {
  ".ts": "ts",
  ".mts": "ts",
  ".cts": "ts",
  ".tsx": "tsx",
  ".js": "jsx",
  ".mjs": "jsx",
  ".cjs": "jsx",
  ".jsx": "jsx",
};

/**
 * @param text the file's content, without a byte order mark
 * @param atOnce whether its tree will most likely be asked for: it is the same tree, had for less
 */
export function parse(path: string, text: string, atOnce = false): Syntax {
  return new ParsedFile(path, text, atOnce);
}

type Parsed = Pick<ReturnType<typeof parseSync>, "program">;

class ParsedFile implements Syntax {
  readonly errors: Syntax["errors"];
  readonly comments: Syntax["comments"];
  readonly #path: string;
  readonly #text: string;
  #parsed: Parsed | null = null;
  #lines: readonly number[] | null = null;

  constructor(path: string, text: string, atOnce: boolean) {
    this.#path = path;
    this.#text = text;
    const comments = atOnce ? null : commentsIfWhole(path, text);
    if (comments !== null) {
      this.errors = [];
      this.comments = comments;
      return;
    }
    const parsed = parsedWith(path, text);
    this.#parsed = parsed;
    this.comments = parsed.comments;
    this.errors = parsed.errors
      .filter(({ severity }: { readonly severity: string }) => severity === "Error")
      .map((error) => ({ message: error.message, offset: error.labels[0]?.start ?? 0 }));
  }

  get program(): Program {
    return this.#whole().program;
  }

  get lines(): readonly number[] {
    return (this.#lines ??= lineStarts(this.#text));
  }

  #whole(): Parsed {
    return (this.#parsed ??= { program: parsedWith(this.#path, this.#text).program });
  }
}

let transfers = rawTransferSupported();

function optionsFor(path: string): ParserOptions {
  const lang = LANGUAGES[path.slice(path.lastIndexOf("."))] ?? "ts";
  return { lang, sourceType: "unambiguous", preserveParens: false };
}

/**
 * The comments of what parses without a word, null of what does not. The tree stays where the parser has put it, which
 * takes a fifth of the time of reading it: most files of an application are never looked into.
 */
function commentsIfWhole(path: string, text: string): readonly Span[] | null {
  if (!transfers) return null;
  try {
    const result = parseSync(path, text, { ...optionsFor(path), experimentalLazy: true } as ParserOptions);
    const comments = result.errors.length === 0 ? result.comments.map(({ start, end }) => ({ start, end })) : null;
    (result as unknown as { dispose(): void }).dispose();
    return comments;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    transfers = false;
    return null;
  }
}

/** The tree is read from the parser's own memory where that can be (twice as fast), else from JSON; it is the same. */
function parsedWith(path: string, text: string): ReturnType<typeof parseSync> {
  const options = optionsFor(path);
  if (transfers) {
    try {
      return parseSync(path, text, { ...options, experimentalRawTransfer: true } as ParserOptions);
    } catch (error) {
      // Reading it is recursive; where the address space is limited, no memory is had for it at all.
      if (!(error instanceof RangeError)) throw error;
      transfers = !/allocation/i.test(error.message);
    }
  }
  return parseSync(path, text, options);
}
