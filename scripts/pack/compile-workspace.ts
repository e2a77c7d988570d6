import { spawn } from "node:child_process";
import { cp, glob, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { findWorkspace, readWorkspace, type WorkspaceManifest } from "./workspace-manifest.ts";

// The whole compiler takes about a second; past this it is stuck.
const DEADLINE_MS = 120_000;

/**
 * Compiles `<folder>/src` to JavaScript and declarations in `out`, file for file, so that what lies beside `src`
 * (`../key.json`, `../migrations`) lies beside `out` as well. Other workspaces it imports are compiled first and read
 * by their declarations only. Rejects with the compiler's own words.
 */
export async function compileWorkspace(root: string, folder: string, out: string): Promise<void> {
  // Beneath node_modules, where the declarations of every dependency are found by walking up.
  const cache = path.join(root, "node_modules/.cache");
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(path.join(cache, "pack-"));
  try {
    const declarations = new Map<string, string>();
    await compileInto(root, folder, path.join(work, "own"), work, declarations);
    await mkdir(path.dirname(out), { recursive: true });
    await rm(out, { recursive: true, force: true });
    await rename(path.join(work, "own"), out).catch(async (error: unknown) => {
      // Another file system: a temporary folder often is one.
      if (!(error instanceof Error && "code" in error && error.code === "EXDEV")) throw error;
      await cp(path.join(work, "own"), out, { recursive: true });
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** `declarations`: what has been compiled so far, from import specifier to declaration file. */
async function compileInto(
  root: string,
  folder: string,
  out: string,
  work: string,
  declarations: Map<string, string>,
): Promise<void> {
  const manifest = await readWorkspace(root, folder);
  for (const name of workspacesOf(manifest)) {
    const needed = await findWorkspace(root, name);
    if (needed === null || declarations.has(name)) continue;
    const built = path.join(work, name.replaceAll("/", "__"));
    await compileInto(root, needed, built, work, declarations);
    for (const [door, target] of Object.entries((await readWorkspace(root, needed)).exports ?? {})) {
      const file = target.replace(/^\.\/src\//, "").replace(/\.tsx?$/, ".d.ts");
      declarations.set(`${name}${door.slice(1)}`, path.join(built, file));
    }
  }
  const emitted = `${out}.emit`;
  const project = `${out}.tsconfig.json`;
  await writeFile(project, JSON.stringify(await projectOf(root, folder, emitted, declarations)));
  await runCompiler(root, project);
  await rename(path.join(emitted, "src"), out);
  for await (const file of glob("**/*.d.ts", { cwd: out })) await nameBuiltFiles(path.join(out, file));
}

const SOURCE = /((?:from|import) ?\(?")(\.{1,2}\/[^"]+)\.tsx?"/g;

/** The compiler rewrites the endings of imports in JavaScript only, and older ones refuse `.ts` in declarations. */
async function nameBuiltFiles(declaration: string): Promise<void> {
  const text = await readFile(declaration, "utf8");
  await writeFile(declaration, text.replaceAll(SOURCE, '$1$2.js"'));
}

function workspacesOf(manifest: WorkspaceManifest): string[] {
  return Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
}

async function projectOf(
  root: string,
  folder: string,
  emitted: string,
  declarations: ReadonlyMap<string, string>,
): Promise<object> {
  const base = JSON.parse(await readFile(path.join(root, "tsconfig.json"), "utf8")) as { compilerOptions: object };
  return {
    compilerOptions: {
      ...base.compilerOptions,
      noEmit: false,
      rootDir: path.join(root, folder),
      outDir: emitted,
      declaration: true,
      rewriteRelativeImportExtensions: true,
      jsx: "react-jsx",
      typeRoots: [path.join(root, "node_modules/@types")],
      paths: Object.fromEntries([...declarations].map(([specifier, file]) => [specifier, [file]])),
    },
    include: [path.join(root, folder, "src/**/*.ts"), path.join(root, folder, "src/**/*.tsx")],
  };
}

function runCompiler(root: string, project: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const tsc = path.join(root, "node_modules/.bin/tsc");
    const child = spawn(tsc, ["--pretty", "false", "-p", project], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: DEADLINE_MS,
    });
    const said: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => said.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(Buffer.concat(said).toString().trim() || `tsc ended with ${code}`));
    });
  });
}
