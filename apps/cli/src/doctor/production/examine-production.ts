import { asCliError } from "../../errors.ts";
import { ok, problem, warning, type Finding } from "../finding.ts";
import type { Patient } from "../patient.ts";
import { acknowledgeBackups, checkBackups } from "./backups.ts";
import { checkDependencies, type RunAudit } from "./check-dependencies.ts";
import { checkHeaders } from "./check-headers.ts";
import { checkTransport } from "./check-transport.ts";
import { runningInstance } from "./running-instance.ts";

export interface ProductionOptions {
  now: Date;
  /** Write down first that backups are arranged. */
  backupsArranged: boolean;
  audit?: RunAudit;
}

/** What must hold before others are let in. The running instance is asked over HTTP, not its settings. */
export async function examineProduction(patient: Patient, options: ProductionOptions): Promise<Finding[]> {
  const findings = [users(patient), logLevel(patient)];
  if (patient.supervisor === undefined) {
    findings.push(
      problem(
        "http",
        "Meterr does not run, so nothing could be asked",
        "Start it with: npx meterr up, then ask again.",
      ),
    );
  } else {
    const ask = runningInstance(patient);
    findings.push(...(await checkTransport(patient, ask, options.now)), ...(await checkHeaders(ask)));
  }
  try {
    if (options.backupsArranged) await acknowledgeBackups(patient, options.now);
    findings.push(...(await checkBackups(patient, options.now)));
  } catch (error) {
    const { message, next } = asCliError(error);
    findings.push(problem("backups", message, next ?? "Restore it from your backup."));
  }
  findings.push(await checkDependencies(patient.surroundings.checkout, options.audit));
  return findings;
}

function users({ separation }: Patient): Finding {
  if (separation.kind === "distinct") return ok("distinct users", "each process runs as a user of its own");
  return problem(
    "distinct users",
    `all processes run as one user: ${separation.why}`,
    separation.mend ??
      "Start Meterr as root, for example as a systemd service: it then gives each process a user of its own.",
  );
}

function logLevel({ settings }: Patient): Finding {
  return settings.logLevel === "debug" || settings.logLevel === "silent"
    ? warning(
        "logs",
        `METERR_LOG_LEVEL is ${settings.logLevel}`,
        "Leave it at info, so that incidents can be told apart.",
      )
    : ok("logs", `level ${settings.logLevel}`);
}
