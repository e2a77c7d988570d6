import { CliError } from "../errors.ts";
import { lockHolder } from "../home/lock.ts";
import { readMarker } from "../home/marker.ts";
import { homePaths, type HomePaths } from "../home/paths.ts";
import { resolveHome, type HomeSurroundings } from "../settings/resolve-home.ts";
import { readServerSettings, type ServerSettings } from "../settings/server-settings.ts";
import { checkDatabase } from "./check-database.ts";
import { checkKek, checkKeystore, checkPermissions } from "./check-home.ts";
import { checkDisk, checkNode, checkPlatform } from "./check-machine.ts";
import { checkProcesses } from "./check-processes.ts";
import { ok, problem, type Finding } from "./finding.ts";
import type { Patient } from "./patient.ts";

/** Every check that can be made on this machine now. Changes nothing. */
export async function examine(surroundings: HomeSurroundings): Promise<Finding[]> {
  const findings = [checkNode(process.version)];
  let settings: ServerSettings;
  let paths: HomePaths;
  try {
    settings = readServerSettings(surroundings.env);
    findings.push(
      checkPlatform(surroundings, process.arch, settings.database !== undefined),
      ok("settings", "the environment is valid"),
    );
    paths = homePaths(resolveHome(surroundings));
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    // Without settings nothing further can be looked at.
    return [
      ...findings,
      problem(
        error.code === "home_refused" ? "home" : "settings",
        error.message,
        error.next ?? "Change the environment.",
      ),
    ];
  }
  const marker = await readMarker(paths.marker).catch(() => null);
  const patient: Patient = {
    surroundings,
    settings,
    paths,
    supervisor: await lockHolder(paths.lock),
    started: typeof marker === "string",
  };
  findings.push(await checkPermissions(patient), await checkKek(patient), await checkKeystore(patient));
  findings.push(...(await checkDatabase(patient)), ...(await checkProcesses(patient)), await checkDisk(patient));
  return findings;
}
