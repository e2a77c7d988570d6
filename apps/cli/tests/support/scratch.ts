import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A test, or a file's own list of what to undo at its end. */
export interface Cleanup {
  after(undo: () => void | Promise<void>): void;
}

/** A folder of its own, removed after the test. */
export function scratch(t: Cleanup): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "mtr-")));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}
