import { createHash, createHmac } from "node:crypto";
import pg from "pg";
import { connectPool } from "../connect-pool.ts";
import { migrate } from "../migrations/migrate.ts";
import { meterrMigrations, readMigrations, type MigrationSequence } from "../migrations/read-migrations.ts";
import { ensureRoles } from "../roles/ensure-roles.ts";
import { loginRoles, type LoginRole, type RolePasswords } from "../roles/role-names.ts";
import type { DatabaseSettings } from "../settings.ts";

/** Roles belong to the whole server, so every test process must come to the same passwords. */
export function testPasswords(admin: DatabaseSettings): RolePasswords {
  const password = (role: string): string => createHmac("sha256", admin.password).update(role).digest("hex");
  return Object.fromEntries(loginRoles.map((role) => [role, password(role)])) as Record<LoginRole, string>;
}

/** The name of a migrated database to clone, made once per server for each state of the migration files. */
export async function ensureTemplate(
  admin: DatabaseSettings,
  sequences: readonly MigrationSequence[],
): Promise<string> {
  const state = createHash("sha256");
  for (const sequence of sequences) {
    state.update(`${sequence.name}\n`);
    for (const file of readMigrations(sequence)) state.update(`${file.name} ${file.checksum}\n`);
  }
  const name = `meterr_template_${state.digest("hex").slice(0, 16)}`;
  const client = new pg.Client({ ...admin, database: "postgres", ssl: false });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock(hashtextextended('meterr.test.template', 0))");
    const { rowCount } = await client.query("select from pg_database where datname = $1 and datistemplate", [name]);
    if (rowCount === 0) await buildTemplate(client, { ...admin, database: name }, sequences);
    return name;
  } finally {
    await client.end();
  }
}

async function buildTemplate(
  client: pg.Client,
  settings: DatabaseSettings,
  sequences: readonly MigrationSequence[],
): Promise<void> {
  const name = client.escapeIdentifier(settings.database);
  await client.query(`drop database if exists ${name} with (force)`);
  await client.query(`create database ${name}`);
  const passwords = testPasswords(settings);
  await ensureRoles(settings, passwords);
  const owner = connectPool({ ...settings, user: "meterr_owner", password: passwords.meterr_owner }, { max: 1 });
  try {
    await migrate(owner, { sequences });
  } finally {
    await owner.end();
  }
  // The mark that it is complete, and may be cloned.
  await client.query(`alter database ${name} with is_template true`);
}

/** What a test needs when it names no others. */
export const defaultSequences: readonly MigrationSequence[] = [meterrMigrations];
