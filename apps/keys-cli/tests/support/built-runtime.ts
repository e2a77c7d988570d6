import { readFileSync, symlinkSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { toJavaScript } from "../../src/catalogue/build-module.ts";
import { compile } from "../../src/catalogue/compile.ts";
import { rewriteSpecifiers } from "../../src/catalogue/rewrite-specifiers.ts";
import { ROOT } from "./run-keys.ts";
import { write } from "./scratch.ts";

const RUNTIME = "packages/runtime";

/** The runtime's own dependencies. */
export const RUNTIME_NEEDS = ["@standard-schema", "ipaddr.js", "jose", "zod"];

interface RuntimeManifest {
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
}

let built: Promise<Record<string, string>> | undefined;

/** The runtime's files as a host has them installed: JavaScript and declarations, no source of this repository. */
function runtimeFiles(): Promise<Record<string, string>> {
  return (built ??= (async () => {
    const { version, exports } = JSON.parse(
      readFileSync(join(ROOT, RUNTIME, "package.json"), "utf8"),
    ) as RuntimeManifest;
    const doors = Object.entries(exports).filter(([, target]) => target.startsWith("./src/"));
    const emitted = await compile(
      ROOT,
      doors.map(([, target]) => join(ROOT, RUNTIME, target)),
    );
    const files = emitted.flatMap(({ path, bytes }) => {
      if (!path.startsWith(`${RUNTIME}/src/`)) return [];
      const text = Buffer.from(bytes).toString("utf8");
      return [[`dist/${path.slice(`${RUNTIME}/src/`.length)}`, rewriteSpecifiers(path, text, toJavaScript)] as const];
    });
    const opened = doors.map(([door, target]) => {
      const file = target.replace("./src/", "./dist/").replace(/\.tsx?$/, "");
      return [door, { types: `${file}.d.ts`, default: `${file}.js` }] as const;
    });
    const manifest = { name: "@meterr/runtime", version, type: "module", exports: Object.fromEntries(opened) };
    return { ...Object.fromEntries(files), "package.json": JSON.stringify(manifest) };
  })());
}

/** Gives a host the built runtime, and links what else it names to this repository's installation. */
export async function installInto(host: string, packages: readonly string[]): Promise<void> {
  write(join(host, "node_modules/@meterr/runtime"), await runtimeFiles());
  for (const name of packages) {
    const to = join(host, "node_modules", name);
    mkdirSync(dirname(to), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", name), to);
  }
}
