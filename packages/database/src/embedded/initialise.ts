import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { DatabaseError } from "../errors.ts";
import type { Binaries } from "./binaries.ts";
import { give, type ServerHome } from "./home.ts";
import type { ServerIdentity } from "./identity.ts";

const run = promisify(execFile);

/**
 * The superuser's password of a home, making data folder and password when there are none yet.
 * An initialisation that was interrupted leaves data.new behind, which is begun again.
 * @throws DatabaseError data_version_mismatch, credential_missing, server_not_started
 */
export async function openData(
  home: ServerHome,
  binaries: Binaries,
  identity: ServerIdentity | null,
  durable: boolean,
): Promise<string> {
  if (existsSync(home.data)) {
    checkVersion(home, binaries);
    return readPassword(home);
  }
  const password = randomBytes(32).toString("base64url");
  const building = `${home.data}.new`;
  const passwordInput = join(home.folder, "initial-password");
  try {
    rmSync(building, { recursive: true, force: true });
    mkdirSync(building, { mode: 0o700 });
    give(building, identity);
    writeFileSync(passwordInput, `${password}\n`, { mode: 0o600 });
    give(passwordInput, identity);
    await initdb(binaries, building, passwordInput, identity, durable);
    // The socket is the only way in, and every role proves a password over it.
    writeFileSync(join(building, "pg_hba.conf"), "local all all scram-sha-256\n");
    writeFileSync(home.passwordFile, `${password}\n`, { mode: 0o600 });
    renameSync(building, home.data);
  } catch (cause) {
    throw new DatabaseError(
      "server_not_started",
      `PostgreSQL's data folder cannot be made in ${home.folder}${reasonOf(cause)}.`,
      {
        cause,
      },
    );
  } finally {
    rmSync(passwordInput, { force: true });
  }
  return password;
}

/** The one reason a person can do something about that initdb alone knows. */
function reasonOf(cause: unknown): string {
  const said = cause instanceof Error && "stderr" in cause ? String(cause.stderr) : "";
  return said.includes("could not look up effective user ID")
    ? ": the user it would belong to has no entry in /etc/passwd, which initdb needs"
    : "";
}

async function initdb(
  binaries: Binaries,
  data: string,
  passwordFile: string,
  identity: ServerIdentity | null,
  durable: boolean,
): Promise<void> {
  const options = ["-D", data, "-U", "postgres", `--pwfile=${passwordFile}`, "--auth=scram-sha-256"];
  options.push("--encoding=UTF8", "--locale=C", "--data-checksums", "--no-instructions");
  if (binaries.major >= 17) options.push("--locale-provider=builtin", "--builtin-locale=C.UTF-8");
  if (!durable) options.push("--no-sync");
  await run(join(binaries.bin, "initdb"), options, {
    env: serverEnvironment(),
    cwd: "/",
    timeout: 120_000,
    ...identity,
  });
}

/** Nothing of our own environment reaches the server. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };
}

function checkVersion(home: ServerHome, binaries: Binaries): void {
  let found: string;
  try {
    found = readFileSync(join(home.data, "PG_VERSION"), "utf8").trim();
  } catch (cause) {
    throw new DatabaseError("folder_not_ours", `${home.data} is not a PostgreSQL data folder.`, { cause });
  }
  if (Number.parseInt(found, 10) !== binaries.major) {
    throw new DatabaseError(
      "data_version_mismatch",
      `The data in ${home.data} was made by PostgreSQL ${found}, and this is PostgreSQL ${binaries.version}. Start it with the version it was made by, dump it, and restore it into a new folder.`,
    );
  }
}

function readPassword(home: ServerHome): string {
  try {
    const password = readFileSync(home.passwordFile, "utf8").trim();
    if (password !== "") return password;
  } catch {
    // Told below, as for an empty file.
  }
  throw new DatabaseError(
    "credential_missing",
    `The file ${home.passwordFile} is missing or empty; restore it from the backup of this folder.`,
  );
}
