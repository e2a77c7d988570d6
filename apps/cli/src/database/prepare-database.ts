import {
  assertDirect,
  connectPool,
  ensureRoles,
  migrate,
  type DatabaseSettings,
  type LoginRole,
} from "@meterr/database";
import type { RolePasswords } from "../home/role-passwords.ts";
import { asDatabaseFailure } from "./as-cli-error.ts";
import { migrationSequences } from "./migration-sequences.ts";

/** The settings of one role on the administrator's server. */
export function settingsOf(admin: DatabaseSettings, passwords: RolePasswords, role: LoginRole): DatabaseSettings {
  return { ...admin, user: role, password: passwords[role] };
}

export type OwnerPool = ReturnType<typeof connectPool>;

/** Runs `work` with a pool of meterr_owner, which is closed afterwards. */
export async function asOwner<Result>(
  admin: DatabaseSettings,
  passwords: RolePasswords,
  work: (owner: OwnerPool) => Promise<Result>,
): Promise<Result> {
  const owner = connectPool(settingsOf(admin, passwords, "meterr_owner"), {
    max: 1,
    applicationName: "meterr-cli",
    connectTimeoutMs: 10_000,
  });
  try {
    return await work(owner);
  } catch (error) {
    throw asDatabaseFailure(error);
  } finally {
    await owner.end();
  }
}

/**
 * Makes roles and schemas and applies what migrations are missing.
 * @returns the migrations that were run.
 * @throws CliError `not_our_database`, `database_failed`
 */
export async function prepareDatabase(admin: DatabaseSettings, passwords: RolePasswords): Promise<readonly string[]> {
  try {
    await ensureRoles(admin, passwords);
  } catch (error) {
    throw asDatabaseFailure(error);
  }
  return asOwner(admin, passwords, async (owner) => {
    await assertDirect(owner);
    return migrate(owner, { sequences: migrationSequences() });
  });
}
