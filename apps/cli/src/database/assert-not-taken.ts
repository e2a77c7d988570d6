import { connectPool, toDatabaseError, type DatabaseSettings } from "@meterr/database";
import { CliError } from "../errors.ts";
import type { RolePasswords } from "../home/role-passwords.ts";
import { asDatabaseFailure } from "./as-cli-error.ts";

/** invalid_password, invalid_authorization_specification (PostgreSQL's appendix A) */
const notLetIn = new Set(["28P01", "28000"]);

/**
 * Before roles are brought to the wanted state: roles belong to the whole server, so setting their passwords would lock
 * out a Meterr of another home that uses it. They are ours when our password opens them, or when the database says that
 * it is this home's instance.
 * @throws CliError `not_our_database`, `database_failed`
 */
export async function assertNotTaken(
  admin: DatabaseSettings,
  passwords: RolePasswords,
  instanceId: string | null | undefined,
): Promise<void> {
  const asked = await ask(admin, async (pool) => {
    const { rows } = await pool.query<{ roles: boolean; instance: boolean }>(
      `select exists(select from pg_roles where rolname = 'meterr_owner') as roles,
         exists(select from pg_class c join pg_namespace n on n.oid = c.relnamespace
           where n.nspname = 'meterr' and c.relname = 'instance') as instance`,
    );
    const [found] = rows;
    if (found === undefined || !found.roles) return { roles: false, owner: null };
    return { roles: true, owner: found.instance ? await instanceOf(pool) : null };
  }).catch((error: unknown) => {
    throw asDatabaseFailure(toDatabaseError(error));
  });
  if (!asked.roles || (await opens({ ...admin, user: "meterr_owner", password: passwords.meterr_owner }))) return;
  if (instanceId && asked.owner === instanceId) return;
  throw new CliError("not_our_database", "This PostgreSQL server is already used by a Meterr of another home.", {
    next: "Give this one a server of its own in METERR_DATABASE_URL, or use the other's METERR_HOME (after a move: restore its secrets/database-roles.json).",
  });
}

type Pool = ReturnType<typeof connectPool>;

/** The instance in this database; null when its administrator may not read it. */
async function instanceOf(pool: Pool): Promise<string | null> {
  const found = await pool.query<{ id: string }>("select id::text as id from meterr.instance").catch(() => undefined);
  return found?.rows[0]?.id ?? null;
}

/** Whether these settings open the database; a server that is down is no answer. */
async function opens(settings: DatabaseSettings): Promise<boolean> {
  try {
    await ask(settings, (pool) => pool.query("select 1"));
    return true;
  } catch (error) {
    if (notLetIn.has(String((error as { code?: unknown }).code))) return false;
    throw asDatabaseFailure(toDatabaseError(error));
  }
}

async function ask<Result>(settings: DatabaseSettings, work: (pool: Pool) => Promise<Result>): Promise<Result> {
  const pool = connectPool(settings, { max: 1, applicationName: "meterr-cli", connectTimeoutMs: 10_000 });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}
