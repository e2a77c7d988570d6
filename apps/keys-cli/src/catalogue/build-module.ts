import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { filesBelow } from "../files/files-below.ts";
import type { ModuleFile } from "./catalogue.ts";
import { compile } from "./compile.ts";
import { hostSpecifier } from "./host-specifier.ts";
import { rewriteSpecifiers } from "./rewrite-specifiers.ts";

/** What of a module a host gets beside its code. */
const COPIED = /^(key\.json|README\.md|quickstart\.md|CHANGELOG\.md|LICENSE\.txt|migrations\/[^/]+\.sql)$/;

/**
 * Hosts have compiler options of their own, and many compile every file they find. These sources were checked where
 * they were built, and what the host imports is `esm/`.
 */
const SOURCE_HEADING =
  "// @ts-nocheck The source of ../esm, to be read; the host imports esm, which has its own types.\n";

/**
 * A module as hosts get it: `esm/` (JavaScript and declarations; a `dist/` is ignored by git in many hosts), `src/` (the TypeScript it was made of), key.json,
 * documents and migrations. `esm` stands where `src` stood, so that `../key.json` and `../migrations/` are found.
 */
export async function buildModule(root: string, slug: string): Promise<ModuleFile[]> {
  const folder = join(root, "modules", slug);
  const paths = (await filesBelow(folder, (name) => name === "tests" || name === "node_modules")).map(
    ({ path }) => path,
  );
  const files: ModuleFile[] = [{ path: "package.json", bytes: await packageJson(folder) }];
  for (const path of paths) {
    if (COPIED.test(path)) files.push({ path, bytes: await copied(folder, slug, path) });
    else if (/^src\/.+\.tsx?$/.test(path)) files.push({ path, bytes: await source(folder, path) });
  }
  for (const { path, bytes } of await compiled(root, slug, paths)) {
    files.push({ path: `esm/${path}`, bytes });
  }
  return files.sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** Says that the code is ESM, whatever the host's own package.json says, and free to be shaken out of bundles. */
async function packageJson(folder: string): Promise<Uint8Array> {
  const own = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as Record<string, unknown>;
  const { version, license } = own;
  const types = { types: "./esm/index.d.ts", default: "./esm/index.js" };
  const content = { version, private: true, license, type: "module", sideEffects: false, exports: { ".": types } };
  return Buffer.from(`${JSON.stringify(content, null, 2)}\n`);
}

async function copied(folder: string, slug: string, path: string): Promise<Uint8Array> {
  const bytes = await readFile(join(folder, path));
  // No host has a package of that name.
  if (path.endsWith(".md")) {
    return Buffer.from(bytes.toString("utf8").replaceAll(`"@meterr/module-${slug}"`, `"${hostSpecifier(slug)}"`));
  }
  if (path !== "key.json") return bytes;
  // The schema's place in this repository means nothing elsewhere.
  return Buffer.from(bytes.toString("utf8").replace(/"\$schema": "[^"]*",\n\s*/, ""));
}

async function source(folder: string, path: string): Promise<Uint8Array> {
  const text = await readFile(join(folder, path), "utf8");
  return Buffer.from(SOURCE_HEADING + rewriteSpecifiers(path, text, toJavaScript));
}

/** Compiled once for each state of the sources, and then kept in node_modules/.cache. */
async function compiled(root: string, slug: string, paths: readonly string[]): Promise<ModuleFile[]> {
  const cache = join(root, "node_modules/.cache/meterr-keys", await stateOf(root, slug, paths));
  const kept = await filesBelow(cache);
  if (kept.length > 0) {
    return Promise.all(kept.map(async ({ path }) => ({ path, bytes: await readFile(join(cache, path)) })));
  }
  const made = (await compile(root, [join(root, "modules", slug, "src/index.ts")]))
    .filter(({ path }) => path.startsWith(`modules/${slug}/src/`))
    .map(({ path, bytes }) => ({
      path: path.slice(`modules/${slug}/src/`.length),
      bytes: Buffer.from(rewriteSpecifiers(path, Buffer.from(bytes).toString("utf8"), toJavaScript)),
    }));
  await keep(cache, made);
  return made;
}

async function stateOf(root: string, slug: string, paths: readonly string[]): Promise<string> {
  const hash = createHash("sha256").update(await readFile(join(root, "package-lock.json")));
  for (const path of paths) hash.update(path).update(await readFile(join(root, "modules", slug, path)));
  return `${slug}-${hash.digest("hex").slice(0, 24)}`;
}

async function keep(cache: string, files: readonly ModuleFile[]): Promise<void> {
  const staged = `${cache}.${process.pid}`;
  for (const { path, bytes } of files) {
    await mkdir(dirname(join(staged, path)), { recursive: true });
    await writeFile(join(staged, path), bytes);
  }
  // Another process may have been quicker; its files are the same.
  await rename(staged, cache).catch(() => rm(staged, { recursive: true, force: true }));
}

/** TypeScript's own ending is no name of a file that runs. */
export function toJavaScript(specifier: string): string | null {
  return /^\.\.?\/.*\.tsx?$/.test(specifier) ? specifier.replace(/\.tsx?$/, ".js") : null;
}
