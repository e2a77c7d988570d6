import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { filesBelow } from "../../src/files/files-below.ts";

/** A test, or a file's own list of what to undo at its end. */
export interface Cleanup {
  after(undo: () => void | Promise<void>): void;
}

/** A folder of its own, removed after the test. */
export function scratch(t: Cleanup): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "keys-")));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Writes files by path; text as it is, anything else as JSON. */
export function write(folder: string, files: Readonly<Record<string, unknown>>): void {
  for (const [path, content] of Object.entries(files)) {
    const to = join(folder, path);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, typeof content === "string" ? content : `${JSON.stringify(content, null, 2)}\n`);
  }
}

/** Every file below a folder with its text, node_modules and git's own left out: to compare before and after. */
export async function snapshot(folder: string): Promise<Record<string, string>> {
  const found = await filesBelow(folder, (name) => name === "node_modules" || name === ".git");
  return Object.fromEntries(
    found.map(({ path, link }) => [path, link ? "→" : readFileSync(join(folder, path), "utf8")]),
  );
}
