import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Tree, treeOf } from "../check/tree.ts";

/** A throw-away project holding exactly these files, removed when it goes out of scope. */
export function plant(
  files: Readonly<Record<string, string>>,
): Disposable & { readonly root: string; readonly tree: Tree } {
  const root = mkdtempSync(path.join(tmpdir(), "meterr-check-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.join(root, path.dirname(name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
  return {
    root,
    tree: treeOf(root, Object.keys(files)),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}
