import type { WorkspaceManifest } from "./workspace-manifest.ts";

// What a workspace needs and a published package does not.
const OWN = new Set(["private", "devDependencies", "scripts", "exports", "bin", "files", "engines"]);

/** Node 20 is past its end of life; what runs here is compiled for those that are not. */
const ENGINES = { node: ">=22" };

/** package.json as it is published: doors to built files, nothing that only this repository understands. */
export function publishedManifest(manifest: WorkspaceManifest): Record<string, unknown> {
  const kept = Object.fromEntries(Object.entries(manifest).filter(([name]) => !OWN.has(name)));
  return {
    ...kept,
    engines: ENGINES,
    sideEffects: false,
    ...(manifest.exports === undefined
      ? {}
      : { exports: mapValues(manifest.exports, (target) => doorOf(target)), types: typesOf(manifest.exports) }),
    ...(manifest.bin === undefined ? {} : { bin: mapValues(manifest.bin, built) }),
  };
}

function doorOf(target: string): string | { types: string; default: string } {
  const file = built(target);
  return file === target ? target : { types: file.replace(/\.js$/, ".d.ts"), default: file };
}

function typesOf(doors: Readonly<Record<string, string>>): string | undefined {
  const main = doors["."];
  return main === undefined ? undefined : built(main).replace(/\.js$/, ".d.ts");
}

/** `./src/index.ts` is built to `./dist/index.js`; what is not a source stays where it is. */
function built(target: string): string {
  return target.replace(/^\.\/src\/(.*)\.tsx?$/, "./dist/$1.js");
}

function mapValues<Value>(record: Readonly<Record<string, string>>, map: (value: string) => Value) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}
