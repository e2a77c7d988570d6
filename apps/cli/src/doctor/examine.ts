import { CliError } from "../errors.ts";
import { lockHolder } from "../home/lock.ts";
import { readMarker } from "../home/marker.ts";
import { homePaths } from "../home/paths.ts";
import { decideSeparation } from "../separation/decide-separation.ts";
import { resolveHome, type HomeSurroundings } from "../settings/resolve-home.ts";
import { readServerSettings } from "../settings/server-settings.ts";
import { checkDashboardBuild } from "./check-dashboard-build.ts";
import { checkDatabase } from "./check-database.ts";
import { checkKek, checkKeystore, checkPermissions, checkWritable } from "./check-home.ts";
import { checkKeyService } from "./check-key-service.ts";
import { checkDisk, checkNode, checkPlatform } from "./check-machine.ts";
import { checkProcesses } from "./check-processes.ts";
import { checkSeparation } from "./check-separation.ts";
import { ok, problem, type Finding } from "./finding.ts";
import type { Patient } from "./patient.ts";
import { examineProduction, type ProductionOptions } from "./production/examine-production.ts";

export interface Examination {
  surroundings: HomeSurroundings;
  /** Look further: whether others may be let in. */
  production?: ProductionOptions | undefined;
}

/** Every check that can be made on this machine now. Changes nothing but what `production` asks for. */
export async function examine({ surroundings, production }: Examination): Promise<Finding[]> {
  const findings = [checkNode(process.version)];
  let patient: Patient;
  try {
    patient = await receive(surroundings);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    // Without settings nothing further can be looked at.
    const check = error.code === "home_refused" ? "home" : "settings";
    return [...findings, problem(check, error.message, error.next ?? "Change the environment.")];
  }
  findings.push(
    checkPlatform(surroundings, process.arch, patient.settings.database !== undefined),
    ok("settings", "the environment is valid"),
    checkSeparation(patient),
    await checkWritable(patient),
    await checkPermissions(patient),
    await checkKek(patient),
    await checkKeystore(patient),
    ...(await checkDatabase(patient)),
    ...(await checkProcesses(patient)),
    await checkKeyService(patient),
    await checkDashboardBuild(patient),
    await checkDisk(patient),
  );
  if (production !== undefined) findings.push(...(await examineProduction(patient, production)));
  return findings;
}

async function receive(surroundings: HomeSurroundings): Promise<Patient> {
  const settings = readServerSettings(surroundings.env);
  const paths = homePaths(resolveHome(surroundings));
  const separation = decideSeparation({
    ...surroundings,
    uidBase: settings.uidBase,
    root: surroundings.checkout,
    node: process.execPath,
    home: paths.home,
  });
  const instanceId = (await readMarker(paths.marker).catch(() => null)) ?? null;
  return { surroundings, settings, paths, separation, supervisor: await lockHolder(paths.lock), instanceId };
}
