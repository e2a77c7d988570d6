import { parseSync, rawTransferSupported, type Comment, type ParserOptions, type Program } from "oxc-parser";
import { lineStarts } from "./position.ts";

/** One file as syntax. Judged code is data: nothing of it is ever imported or run. */
export interface Syntax {
  readonly program: Program;
  readonly comments: readonly Comment[];
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

/** @param text the file's content, without a byte order mark. */
export function parse(path: string, text: string): Syntax {
  const dot = path.lastIndexOf(".");
  const lang = LANGUAGES[path.slice(dot)] ?? "ts";
  const result = parsed(path, text, { lang, sourceType: "unambiguous", preserveParens: false });
  return {
    program: result.program,
    comments: result.comments,
    lines: lineStarts(text),
    errors: result.errors
      .filter(({ severity }: { readonly severity: string }) => severity === "Error")
      .map((error) => ({ message: error.message, offset: error.labels[0]?.start ?? 0 })),
  };
}

let transfers = rawTransferSupported();

/** The tree is read from the parser's own memory where that can be (twice as fast), else from JSON; it is the same. */
function parsed(path: string, text: string, options: ParserOptions): ReturnType<typeof parseSync> {
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
