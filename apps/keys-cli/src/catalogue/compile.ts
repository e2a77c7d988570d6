import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KeysError } from "../errors.ts";
import { filesBelow } from "../files/files-below.ts";
import type { ModuleFile } from "./catalogue.ts";

/**
 * JavaScript and declarations of these files and everything of this repository they import, by the repository's own
 * compiler. Paths are relative to `root`. Types were checked by `npm run check`; here they are only written out.
 * Throws KeysError `build_failed`.
 */
export async function compile(root: string, files: readonly string[]): Promise<ModuleFile[]> {
  const folder = await mkdtemp(join(tmpdir(), "meterr-keys-"));
  try {
    const project = join(folder, "tsconfig.json");
    const compilerOptions = {
      allowImportingTsExtensions: false,
      declaration: true,
      jsx: "react-jsx",
      noCheck: true,
      noEmit: false,
      outDir: join(folder, "out"),
      rewriteRelativeImportExtensions: true,
      rootDir: root,
      typeRoots: [join(root, "node_modules/@types")],
    };
    const config = { extends: join(root, "tsconfig.json"), compilerOptions, include: [], exclude: [], files };
    await writeFile(project, JSON.stringify(config));
    await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", project]);
    const made = await filesBelow(join(folder, "out"));
    return await Promise.all(
      made.map(async ({ path }) => ({ path, bytes: await readFile(join(folder, "out", path)) })),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function run(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { timeout: 120_000 }, (error, stdout) => {
      if (error === null) resolve();
      else reject(new KeysError("build_failed", `The compiler failed.\n${stdout.trim() || error.message}`));
    });
  });
}
