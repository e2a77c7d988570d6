import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { compileWorkspace } from "./compile-workspace.ts";
import { publishedManifest } from "./published-manifest.ts";
import { readWorkspace } from "./workspace-manifest.ts";

const run = promisify(execFile);

// What belongs to a package wherever it is there: documents, and what a KEY module's code reads beside itself.
const BESIDE = ["README.md", "CHANGELOG.md", "LICENSE", "LICENSE.txt", "quickstart.md", "key.json", "migrations"];

export interface Packed {
  /** The tarball, as `npm install` takes it. */
  readonly file: string;
  readonly name: string;
  readonly version: string;
  /** Bytes of the tarball, and of what it unpacks to. */
  readonly size: number;
  readonly unpackedSize: number;
}

export interface PackOptions {
  /** The repository. */
  readonly root: string;
  /** The workspace's folder, such as `packages/runtime`. */
  readonly folder: string;
  /** Where the tarball goes; made when it is not there. */
  readonly out: string;
  /** Called once all else of the package lies in `staged`, before it is packed: for what a package adds of its own. */
  prepare?(staged: string): Promise<void>;
}

/**
 * Builds a workspace and packs it: JavaScript and declarations in `dist/`, a package.json whose doors lead there, its
 * documents, and what its own `files` names. Needs no network. Rejects with the compiler's or npm's own words.
 */
export async function packWorkspace(options: PackOptions): Promise<Packed> {
  const { root, folder, out } = options;
  const manifest = await readWorkspace(root, folder);
  const staged = await mkdtemp(path.join(tmpdir(), "pack-"));
  try {
    await compileWorkspace(root, folder, path.join(staged, "dist"));
    for (const name of [...BESIDE, ...(manifest.files ?? [])]) {
      await copyIfThere(path.join(root, folder, name), path.join(staged, name));
    }
    // A folder without a licence of its own is under the repository's.
    const licensed = (await exists(path.join(staged, "LICENSE"))) || (await exists(path.join(staged, "LICENSE.txt")));
    if (!licensed) await copyIfThere(path.join(root, "LICENSE"), path.join(staged, "LICENSE"));
    const published = publishedManifest(manifest);
    await writeFile(path.join(staged, "package.json"), `${JSON.stringify(published, null, 2)}\n`);
    await options.prepare?.(staged);
    await mkdir(out, { recursive: true });
    const args = ["pack", "--json", "--ignore-scripts", "--offline", "--pack-destination", path.resolve(out)];
    const { stdout } = await run("npm", args, { cwd: staged, maxBuffer: 64 * 1024 * 1024 });
    return packedOf(stdout, path.resolve(out));
  } finally {
    await rm(staged, { recursive: true, force: true });
  }
}

interface NpmPacked {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
}

/** npm answers a list, and from version 12 an object by name. */
function packedOf(json: string, out: string): Packed {
  const answer = JSON.parse(json) as readonly NpmPacked[] | Readonly<Record<string, NpmPacked>>;
  const [entry] = Object.values(answer);
  if (entry === undefined) throw new Error("npm pack answered nothing.");
  const { name, version, filename, size, unpackedSize } = entry;
  return { file: path.join(out, filename.replace(/^@/, "").replaceAll("/", "-")), name, version, size, unpackedSize };
}

async function copyIfThere(from: string, to: string): Promise<void> {
  if (await exists(from)) await cp(from, to, { recursive: true });
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
