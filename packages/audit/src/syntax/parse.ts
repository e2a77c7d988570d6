import { parseSync, type Comment, type Program } from "oxc-parser";
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
  const result = parseSync(path, text, { lang, sourceType: "unambiguous", preserveParens: false });
  return {
    program: result.program,
    comments: result.comments,
    lines: lineStarts(text),
    errors: result.errors
      .filter(({ severity }: { readonly severity: string }) => severity === "Error")
      .map((error) => ({ message: error.message, offset: error.labels[0]?.start ?? 0 })),
  };
}
