import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = path.join(import.meta.dirname, "../../..");

export interface EmptyProject {
  readonly folder: string;
  /** What the compiler says of the project, with every check it has; empty when nothing is wrong. */
  compile(): Promise<string>;
  /** Runs a compiled file with a Node and gives what it printed. */
  run(node: string, file: string): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A project of its own, away from the repository, with tarballs installed and named packages linked. */
export async function emptyProject(
  tarballs: readonly { name: string; file: string }[],
  linked: readonly string[],
  files: Readonly<Record<string, string>>,
): Promise<EmptyProject> {
  const folder = await mkdtemp(path.join(tmpdir(), "empty-project-"));
  for (const { name, file } of tarballs) {
    const to = path.join(folder, "node_modules", name);
    await mkdir(to, { recursive: true });
    await run("tar", ["-xzf", file, "-C", to, "--strip-components=1"]);
  }
  for (const name of linked) {
    const to = path.join(folder, "node_modules", name);
    await mkdir(path.dirname(to), { recursive: true });
    await symlink(path.join(ROOT, "node_modules", name), to);
  }
  const compilerOptions = {
    target: "es2023",
    lib: ["es2023", "dom", "dom.iterable"],
    types: [],
    module: "nodenext",
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noImplicitOverride: true,
    noPropertyAccessFromIndexSignature: true,
    verbatimModuleSyntax: true,
    // The declarations of what was installed are judged as well.
    skipLibCheck: false,
    rootDir: "src",
    outDir: "built",
    jsx: "react-jsx",
  };
  const all: Record<string, string> = {
    "package.json": JSON.stringify({ name: "empty-project", private: true, type: "module" }),
    "tsconfig.json": JSON.stringify({ compilerOptions, include: ["src"] }),
    ...files,
  };
  for (const [name, text] of Object.entries(all)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return {
    folder,
    async compile() {
      const tsc = path.join(ROOT, "node_modules/.bin/tsc");
      return run(tsc, ["--pretty", "false", "-p", folder], { cwd: folder }).then(
        ({ stdout }) => stdout,
        (error: { stdout?: string; message: string }) => error.stdout || error.message,
      );
    },
    async run(node, file) {
      const { stdout } = await run(node, [path.join(folder, file)], { cwd: folder, timeout: 60_000 });
      return stdout;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/**
 * The Nodes there are, by major version: this one, the system's own, and those that METERR_TEST_NODES names (separated
 * as PATH is).
 */
export async function findNodes(): Promise<ReadonlyMap<number, string>> {
  const named = (process.env["METERR_TEST_NODES"] ?? "").split(path.delimiter).filter((file) => file !== "");
  const system = ["/usr/local/bin/node", "/usr/bin/node"].filter((file) => existsSync(file));
  const found = new Map<number, string>();
  for (const file of [process.execPath, ...named, ...system]) {
    const { stdout } = await run(file, ["--version"]);
    const major = Number(/^v(\d+)\./.exec(stdout)?.[1]);
    if (!found.has(major)) found.set(major, file);
  }
  return found;
}
