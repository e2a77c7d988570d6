import { assertIsolation, connectPool, type DatabaseSettings } from "@meterr/database";
import { startDatabase } from "../database/start-database.ts";
import { settingsOf } from "../database/prepare-database.ts";
import { loadRolePasswords } from "../home/role-passwords.ts";
import { ok, problem, skipped, type Finding } from "./finding.ts";
import type { Patient } from "./patient.ts";

const applicationRoles = ["meterr_dashboard", "meterr_gateway"] as const;

/** The database answers to the applications' roles, and row-level security binds them. */
export async function checkDatabase(patient: Patient): Promise<Finding[]> {
  const { paths, settings, started } = patient;
  if (!started)
    return [ok("database", "will be made at the first start"), skipped("isolation", "there is no database yet")];
  if (settings.database === undefined && patient.supervisor === undefined) {
    const why = "the embedded PostgreSQL is not running; start it with: meterr up";
    return [skipped("database", why), skipped("isolation", why)];
  }
  let admin: DatabaseSettings;
  try {
    admin =
      settings.database ??
      (await startDatabase({ dataDir: paths.database, uid: patient.surroundings.uid, uidBase: settings.uidBase }))
        .settings;
  } catch (error) {
    return unreachable(error, paths.logs);
  }
  const passwords = await loadRolePasswords(paths.databaseRoles, neverMade).catch(() => undefined);
  if (passwords === undefined) {
    return [
      problem(
        "database",
        `${paths.databaseRoles} is missing or damaged`,
        "Start Meterr with: meterr up, which makes it anew.",
      ),
      skipped("isolation", "no password"),
    ];
  }
  const findings: Finding[] = [];
  for (const role of applicationRoles) {
    const pool = connectPool(settingsOf(admin, passwords, role), { max: 1, applicationName: "meterr-doctor" });
    try {
      if (findings.length === 0) {
        const { rows } = await pool.query<{ server_version: string }>("show server_version");
        findings.push(ok("database", `PostgreSQL ${rows[0]?.server_version ?? ""}`.trim()));
      }
      await assertIsolation(pool);
    } catch (error) {
      if (findings.length === 0) return unreachable(error, paths.logs);
      const message = error instanceof Error ? error.message : "row-level security could not be checked";
      return [
        ...findings,
        problem("isolation", message, "Stop Meterr, then run: meterr migrate. Do not serve anyone until this is ok."),
      ];
    } finally {
      await pool.end();
    }
  }
  return [...findings, ok("isolation", `row-level security binds ${applicationRoles.join(" and ")}`)];
}

function unreachable(error: unknown, logs: string): Finding[] {
  const message = error instanceof Error ? error.message : "it cannot be reached";
  return [
    problem("database", message, `Check that the server runs and METERR_DATABASE_URL is right; logs are in ${logs}.`),
    skipped("isolation", "no database"),
  ];
}

function neverMade(): never {
  throw new Error("a check makes no passwords");
}
