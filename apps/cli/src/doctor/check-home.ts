import { constants } from "node:fs";
import { access, readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CliError } from "../errors.ts";
import { loadKek } from "../home/kek.ts";
import { ok, problem, skipped, type Finding } from "./finding.ts";
import type { Patient } from "./patient.ts";

/** The home, or the folder it is to be made in, can be written. */
export async function checkWritable({ paths }: Pick<Patient, "paths">): Promise<Finding> {
  for (let folder = paths.home; ; folder = dirname(folder)) {
    const failure = await access(folder, constants.W_OK | constants.X_OK).then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error.code ?? "unknown",
    );
    if (failure === undefined) return ok("writable", folder);
    if (failure === "ENOENT" && folder !== dirname(folder)) continue;
    return problem(
      "writable",
      `${folder} cannot be written by this user (${failure})`,
      "Make it writable for the user that runs meterr, or set METERR_HOME to another folder.",
    );
  }
}

interface Expected {
  mode: number;
  uid: number | undefined;
}

/** The home and everything private in it belong to whom they should, and to nobody else. */
export async function checkPermissions({ paths, surroundings, separation, instanceId }: Patient): Promise<Finding> {
  if (instanceId === null) return ok("home", `${paths.home} will be made at the first start`);
  if (surroundings.platform === "win32") return skipped("home", "permissions are not told on this platform");
  const { uid } = surroundings;
  const { accounts } = separation;
  const secrets = await readdir(paths.secrets).catch(() => []);
  const expected = new Map<string, Expected>([[paths.home, { mode: 0o711, uid }]]);
  for (const folder of [paths.secrets, paths.logs]) expected.set(folder, { mode: 0o700, uid });
  expected.set(paths.run, { mode: 0o711, uid });
  for (const folder of [paths.keystore, paths.auditHeads])
    expected.set(folder, { mode: 0o700, uid: accounts?.gateway.uid ?? uid });
  expected.set(paths.keyServiceFolder, { mode: 0o2750, uid: accounts?.gateway.uid ?? uid });
  expected.set(paths.sandbox, { mode: 0o700, uid: accounts?.sandbox.uid ?? uid });
  for (const name of secrets) expected.set(join(paths.secrets, name), { mode: 0o600, uid });
  for (const file of [paths.operator, paths.marker]) expected.set(file, { mode: 0o600, uid });
  const wrong: string[] = [];
  const mends: string[] = [];
  for (const [path, { mode, uid: owner }] of expected) {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) continue;
    if (owner !== undefined && found.uid !== owner) {
      wrong.push(`${path} belongs to uid ${found.uid}`);
      mends.push(`chown ${owner} ${path}`);
    } else if ((found.mode & 0o777 & ~mode) !== 0) {
      wrong.push(`${path} has mode ${(found.mode & 0o777).toString(8)}`);
      mends.push(`chmod ${mode.toString(8)} ${path}`);
    }
  }
  return wrong.length === 0 ? ok("home", paths.home) : problem("home", wrong.join("; "), `Run: ${mends.join(" && ")}`);
}

/** The KEK is there, well-formed and private. Whether it is the right one, "vault" tells. */
export async function checkKek({ settings, paths, instanceId }: Patient): Promise<Finding> {
  try {
    const kek = await loadKek({ settings, paths, mayMake: false, randomBytes: neverMade });
    return ok("kek", kek.source);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    if (instanceId === null && settings.kekFile === undefined) return ok("kek", "will be made at the first start");
    return problem("kek", error.message, error.next ?? "Restore it from your backup.");
  }
}

export async function checkKeystore({ paths, instanceId }: Patient): Promise<Finding> {
  const found = await stat(paths.keystore).catch(() => undefined);
  if (found?.isDirectory() === true) return ok("keystore", paths.keystore);
  if (instanceId === null) return ok("keystore", "will be made at the first start");
  return problem("keystore", `${paths.keystore} does not exist`, "Restore the folder from its backup.");
}

function neverMade(): never {
  throw new Error("a check makes no KEK");
}
