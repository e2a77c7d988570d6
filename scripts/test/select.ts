import { globSync, statSync } from "node:fs";
import path from "node:path";

/** Where tests live; nothing else in the repository is run. */
const ROOMS = ["apps/*/tests", "packages/*/tests", "modules/*/tests", "scripts/tests", "e2e/tests", "examples/tests"];

/**
 * The test files in the named folders, or those named themselves; all of them when nothing is named.
 * @throws Error when a name exists nowhere: a misspelt path must not pass as "nothing failed".
 */
export function selectTests(root: string, wanted: readonly string[]): string[] {
  const all = globSync(
    ROOMS.map((room) => `${room}/**/*.test.ts`),
    { cwd: root },
  )
    .map((file) => file.replaceAll(path.sep, "/"))
    .toSorted();
  if (wanted.length === 0) return all;
  const chosen = wanted.map((name) => path.relative(root, path.resolve(root, name)).replaceAll(path.sep, "/"));
  for (const name of chosen) {
    if (statSync(path.join(root, name), { throwIfNoEntry: false }) === undefined)
      throw new Error(`${name} does not exist`);
  }
  return all.filter((file) => chosen.some((name) => name === "" || file === name || file.startsWith(`${name}/`)));
}
