import { existsSync, readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import { toJavaScript } from "../catalogue/build-module.ts";
import { compile } from "../catalogue/compile.ts";
import { packageName } from "../catalogue/packages-imported.ts";
import { rewriteSpecifiers, specifiersOf } from "../catalogue/rewrite-specifiers.ts";
import { filesBelow } from "../files/files-below.ts";
import { compiled, narrowImports } from "./narrow-imports.ts";
import { doorOf, roomManifest, roomOf } from "./rooms.ts";

const APP = "apps/keys-cli";

export interface Program {
  /** Path in the published package to content. */
  readonly files: ReadonlyMap<string, string | Uint8Array>;
  /** The npm packages it imports, with the exact versions this repository has. */
  readonly dependencies: Readonly<Record<string, string>>;
}

/**
 * Everything `main.js` reaches, in this app and in the rooms below it: by import, by `import()` and by
 * `new URL("…", import.meta.url)`, which is how workers and data files are named.
 */
export async function collectProgram(root: string): Promise<Program> {
  const entries = new Set([`${APP}/src/main.ts`]);
  for (;;) {
    const emitted = await compile(
      root,
      [...entries].map((path) => join(root, path)),
    );
    const texts = new Map(emitted.map(({ path, bytes }) => [path, Buffer.from(bytes).toString("utf8")]));
    const program = await walk(root, texts);
    if (program.missing.length === 0) return program;
    // Doors of rooms, and what is named by an address only: the compiler did not see them.
    for (const path of program.missing) entries.add(path);
  }
}

async function walk(root: string, texts: ReadonlyMap<string, string>): Promise<Program & { missing: string[] }> {
  const files = new Map<string, string | Uint8Array>();
  const packages = new Map<string, string>();
  const missing: string[] = [];
  const seen = new Set<string>();
  const queue = [compiled(`${APP}/src/main.ts`)];
  const read = (path: string): string => texts.get(path) ?? fail(`${path} was not compiled`);
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const from = path;
    // A room counts as somebody else's package until its door is named to the compiler.
    const doors = specifiersOf(path, read(path)).flatMap(({ value }) =>
      roomOf(value) === null ? [] : [doorOf(root, value)],
    );
    const closed = doors.filter((door) => !texts.has(compiled(door)));
    missing.push(...closed);
    if (closed.length > 0) continue;
    const text = narrowImports(root, path, read(path), read);
    for (const { value } of specifiersOf(path, text)) {
      if (value.startsWith("node:") || /^(data|https?|file):/.test(value)) continue;
      if (!value.startsWith(".")) {
        packages.set(packageName(value), path);
        continue;
      }
      const target = posix.join(posix.dirname(path), value);
      if (texts.has(compiled(target)) && /\.[jt]sx?$/.test(target)) queue.push(compiled(target));
      else if (/\.tsx?$/.test(target) && existsSync(join(root, target))) missing.push(target);
      else
        for (const asset of await assetsAt(root, target)) files.set(published(asset), readFileSync(join(root, asset)));
    }
    const placed = rewriteSpecifiers(path, text, (specifier) => {
      if (!specifier.startsWith(".")) return null;
      const target = posix.join(posix.dirname(from), toJavaScript(specifier) ?? specifier);
      const relative = posix.relative(posix.dirname(published(from)), published(target));
      const whole = relative.startsWith(".") ? relative : `./${relative}`;
      return specifier.endsWith("/") ? `${whole}/` : whole;
    });
    files.set(published(path), placed);
  }
  return { files, dependencies: versionsOf(root, packages), missing };
}

/** apps/keys-cli/src/x.js → dist/x.js; packages/runtime/src/x.js → dist/rooms/runtime/src/x.js; data beside likewise. */
function published(path: string): string {
  if (path.startsWith(`${APP}/src/`)) return `dist/${path.slice(`${APP}/src/`.length)}`;
  if (path === APP || path.startsWith(`${APP}/`)) return path.slice(APP.length + 1);
  return posix.join("dist/rooms", path.replace(/^packages\//, ""));
}

/** Files a program reads at run time. The app's own folders are named in its package.json. */
async function assetsAt(root: string, path: string): Promise<string[]> {
  const absolute = join(root, path);
  if (path.startsWith(`${APP}/`) || !path.startsWith("packages/") || !existsSync(absolute)) return [];
  if (!statSync(absolute).isDirectory()) return [path];
  return (await filesBelow(absolute)).map((found) => posix.join(path, found.path));
}

function versionsOf(root: string, packages: ReadonlyMap<string, string>): Record<string, string> {
  const versions = [...packages].map(([name, path]) => {
    const room = path.split("/").slice(0, 2).join("/");
    const version = roomManifest(root, room).dependencies?.[name];
    return [name, version ?? fail(`${path} imports ${name}, which ${room} does not declare`)] as const;
  });
  return Object.fromEntries(versions.sort(([one], [other]) => (one < other ? -1 : 1)));
}

function fail(why: string): never {
  throw new Error(why);
}
