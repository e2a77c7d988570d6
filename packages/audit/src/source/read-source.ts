import { readFileSync } from "node:fs";

/** Why a file is not judged; each is a line of the report and makes the audit incomplete, except `generated`. */
export type Unjudged = {
  readonly kind: "too_large" | "binary" | "not_utf8" | "unreadable" | "generated";
  readonly message: string;
};

/** Hand-written files are far below; past it a file is a bundle or data. */
const MAX_BYTES = 2 * 1024 * 1024;
/** Longer lines than this, on average, are written by a machine. */
const MAX_MEAN_LINE = 500;

/** The text of a file, or why it is not judged. */
export function readSource(file: string, bytes: number): string | Unjudged {
  if (bytes > MAX_BYTES) {
    return { kind: "too_large", message: `is ${(bytes / 1_048_576).toFixed(1)} MiB; files above 2 MiB are not judged` };
  }
  let content: Buffer;
  try {
    content = readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    return { kind: "unreadable", message: `cannot be read (${code})` };
  }
  if (content.includes(0)) return { kind: "binary", message: "holds NUL bytes and is not a text" };
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(content);
  } catch {
    return { kind: "not_utf8", message: "is not UTF-8" };
  }
  if (isGenerated(text)) return { kind: "generated", message: "is a generated bundle" };
  return text;
}

/** A name or a gap of such a length is written by nobody, and each way of reading one takes its square in steps. */
const LONG_RUN = 10_000;
const OF_NAME = /[\w$]/;
const GAP = /\s/;

function isGenerated(text: string): boolean {
  if (holdsRun(text, OF_NAME) || holdsRun(text, GAP)) return true;
  if (text.length < 50_000) return false;
  let lines = 1;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines++;
  return text.length / lines > MAX_MEAN_LINE;
}

/** A long run lies over one of the places looked at, and is read to both sides from there. */
function holdsRun(text: string, of: RegExp): boolean {
  for (let at = LONG_RUN - 1; at < text.length; at += LONG_RUN) {
    let from = at;
    while (from >= 0 && of.test(text.charAt(from))) from -= 1;
    let to = at + 1;
    if (from < at) while (to < text.length && of.test(text.charAt(to))) to += 1;
    if (to - from - 1 >= LONG_RUN) return true;
  }
  return false;
}
