import type { DatabaseSettings } from "@meterr/database";
import { readInstance, type Instance } from "../database/instance.ts";
import { asOwner } from "../database/prepare-database.ts";
import { asCliError, CliError } from "../errors.ts";
import { loadKek } from "../home/kek.ts";
import { checkKeystore } from "../home/keystore.ts";
import type { RolePasswords } from "../home/role-passwords.ts";
import { ok, problem, skipped, type Finding } from "./finding.ts";
import type { Patient } from "./patient.ts";

/** Database, KEK and keystore belong together: the canary opens, and so does the instance's signing key. */
export async function checkInstance(
  patient: Patient,
  admin: DatabaseSettings,
  passwords: RolePasswords,
): Promise<Finding[]> {
  const { paths, instanceId } = patient;
  let found: Instance | null;
  try {
    found = await asOwner(admin, passwords, readInstance);
  } catch (error) {
    const { message, next } = asCliError(error);
    return [problem("instance", message, next ?? "Run: npx meterr migrate --status")];
  }
  if (found === null || found.id !== instanceId) {
    const whose = found === null ? "belongs to no instance" : `belongs to the instance ${found.id}`;
    return [
      problem(
        "instance",
        `the database ${whose}, but ${paths.home} to ${instanceId ?? "none"}`,
        "Correct METERR_DATABASE_URL or METERR_HOME: the two must belong together. Or restore the database from its backup.",
      ),
    ];
  }
  return [ok("instance", found.id), await checkVault(patient, found.kekCanary ?? "")];
}

async function checkVault({ settings, paths, separation }: Patient, canary: string): Promise<Finding> {
  try {
    const kek = await loadKek({ settings, paths, mayMake: false, randomBytes: neverMade });
    const place = { directory: paths.keystore, account: separation.accounts?.gateway };
    await checkKeystore(place, kek.value, canary);
    return ok("vault", "KEK and keystore are this instance's");
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    // Missing files are told by the checks of the home already.
    if (error.code === "kek_refused" || error.code === "keystore_missing")
      return problem("vault", error.message, error.next ?? "Restore it from your backup.");
    return skipped("vault", error.message);
  }
}

function neverMade(): never {
  throw new Error("a check makes no KEK");
}
