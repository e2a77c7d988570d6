import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { CliError } from "../errors.ts";
import { loadKek } from "../home/kek.ts";
import { ok, problem, skipped, type Finding } from "./finding.ts";
import type { Patient } from "./patient.ts";

/** The home and everything private in it belong to this user and to nobody else. */
export async function checkPermissions({ paths, surroundings, started }: Patient): Promise<Finding> {
  if (!started) return ok("home", `${paths.home} will be made at the first start`);
  if (surroundings.platform === "win32") return skipped("home", "permissions are not told on this platform");
  const secrets = await readdir(paths.secrets).catch(() => []);
  const widest = new Map([[paths.home, 0o711]]);
  for (const folder of [paths.secrets, paths.keystore, paths.logs, paths.run]) widest.set(folder, 0o700);
  for (const name of secrets) widest.set(join(paths.secrets, name), 0o600);
  widest.set(paths.operator, 0o600);
  const wrong: string[] = [];
  const mends: string[] = [];
  for (const [path, mode] of widest) {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) continue;
    if (surroundings.uid !== undefined && found.uid !== surroundings.uid) {
      wrong.push(`${path} belongs to uid ${found.uid}`);
      mends.push(`chown ${surroundings.uid} ${path}`);
    } else if ((found.mode & 0o777 & ~mode) !== 0) {
      wrong.push(`${path} has mode ${(found.mode & 0o777).toString(8)}`);
      mends.push(`chmod ${mode.toString(8)} ${path}`);
    }
  }
  return wrong.length === 0 ? ok("home", paths.home) : problem("home", wrong.join("; "), `Run: ${mends.join(" && ")}`);
}

/** The KEK is there, well-formed and private. Whether it is the right one, the gateway tells at its start. */
export async function checkKek({ settings, paths, started }: Patient): Promise<Finding> {
  try {
    const kek = await loadKek({ settings, paths, mayMake: false, randomBytes: neverMade });
    return ok("kek", kek.source);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    if (!started && settings.kekFile === undefined) return ok("kek", "will be made at the first start");
    return problem("kek", error.message, error.next ?? "Restore it from your backup.");
  }
}

export async function checkKeystore({ paths, started }: Patient): Promise<Finding> {
  const found = await stat(paths.keystore).catch(() => undefined);
  if (found?.isDirectory() === true) return ok("keystore", paths.keystore);
  if (!started) return ok("keystore", "will be made at the first start");
  return problem("keystore", `${paths.keystore} does not exist`, "Restore the folder from its backup.");
}

function neverMade(): never {
  throw new Error("a check makes no KEK");
}
