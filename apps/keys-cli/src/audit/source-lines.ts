import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Lines of the audited files for excerpts. Findings come file by file, so the last one is kept. */
export function sourceLines(root: string): (file: string) => readonly string[] | null {
  let kept: { file: string; lines: readonly string[] | null } | null = null;
  return (file) => {
    if (kept?.file !== file) kept = { file, lines: linesOf(join(root, file)) };
    return kept.lines;
  };
}

function linesOf(path: string): readonly string[] | null {
  try {
    return readFileSync(path, "utf8")
      .replace(/^\uFEFF/, "")
      .split(/\r\n|[\n\r\u2028\u2029]/);
  } catch {
    return null;
  }
}
