import { assertIsolation, connectPool, type DatabaseSettings } from "@meterr/database";
import { settingsOf } from "../database/prepare-database.ts";
import { startDatabase } from "../database/start-database.ts";
import { loadRolePasswords, type RolePasswords } from "../home/role-passwords.ts";
import { checkClock } from "./check-clock.ts";
import { checkInstance } from "./check-instance.ts";
import { ok, problem, skipped, type Finding } from "./finding.ts";
import type { Patient } from "./patient.ts";

const applicationRoles = ["meterr_dashboard", "meterr_gateway"] as const;
/** Checks that need an answer of the database. */
const further = ["isolation", "instance", "clock"] as const;

/** The database answers to the applications' roles, row-level security binds them, and it is this home's. */
export async function checkDatabase(patient: Patient): Promise<Finding[]> {
  const { paths, settings, instanceId } = patient;
  const without = (why: string): Finding[] => further.map((check) => skipped(check, why));
  if (instanceId === null)
    return [ok("database", "will be made at the first start"), ...without("there is no database yet")];
  if (settings.database === undefined && patient.supervisor === undefined) {
    const why = "the embedded PostgreSQL is not running; start it with: npx meterr up";
    return [skipped("database", why), ...without(why)];
  }
  let admin: DatabaseSettings;
  try {
    admin = settings.database ?? (await embedded(patient));
  } catch (error) {
    return [unreachable(error, patient), ...without("no database")];
  }
  const passwords = await loadRolePasswords(paths.databaseRoles, neverMade).catch(() => undefined);
  if (passwords === undefined) {
    const mend = "Start Meterr with: npx meterr up, which makes it anew.";
    return [problem("database", `${paths.databaseRoles} is missing or damaged`, mend), ...without("no password")];
  }
  const reached = await reach(patient, settingsOf(admin, passwords, applicationRoles[0]));
  if (reached.status !== "ok") return [reached, ...without("no database")];
  return [
    reached,
    await checkIsolation(admin, passwords),
    ...(await checkInstance(patient, admin, passwords)),
    await checkClock(admin, passwords),
  ];
}

async function embedded({ paths, surroundings, settings }: Patient): Promise<DatabaseSettings> {
  const place = { dataDir: paths.database, uid: surroundings.uid, uidBase: settings.uidBase };
  return (await startDatabase(place)).settings;
}

async function reach(patient: Patient, settings: DatabaseSettings): Promise<Finding> {
  const pool = connectPool(settings, { max: 1, applicationName: "meterr-doctor" });
  try {
    const { rows } = await pool.query<{ server_version: string }>("show server_version");
    return ok("database", `PostgreSQL ${rows[0]?.server_version ?? ""}`.trim());
  } catch (error) {
    return unreachable(error, patient);
  } finally {
    await pool.end();
  }
}

async function checkIsolation(admin: DatabaseSettings, passwords: RolePasswords): Promise<Finding> {
  for (const role of applicationRoles) {
    const pool = connectPool(settingsOf(admin, passwords, role), { max: 1, applicationName: "meterr-doctor" });
    try {
      await assertIsolation(pool);
    } catch (error) {
      const message = error instanceof Error ? error.message : "row-level security could not be checked";
      return problem(
        "isolation",
        message,
        "Stop Meterr, then run: npx meterr migrate. Do not serve anyone until this is ok.",
      );
    } finally {
      await pool.end();
    }
  }
  return ok("isolation", `row-level security binds ${applicationRoles.join(" and ")}`);
}

function unreachable(error: unknown, { settings, paths }: Patient): Finding {
  const message = error instanceof Error ? error.message : "it cannot be reached";
  const code = (error as { code?: unknown }).code;
  // 28P01, 28000: the server lives, and does not let the role in.
  const mend =
    settings.database === undefined
      ? `Restart Meterr; the server's own log is ${paths.database}/server.log`
      : code === "28P01" || code === "28000"
        ? "This is not the database Meterr was set up with, or the roles' passwords changed: correct METERR_DATABASE_URL, or run: npx meterr up, which sets them anew."
        : "Check that the server of METERR_DATABASE_URL runs and lets this machine in.";
  return problem("database", message, mend);
}

function neverMade(): never {
  throw new Error("a check makes no passwords");
}
