import pg from "pg";
import { DatabaseError } from "../errors.ts";
import { toDatabaseError } from "../query-error.ts";
import { scramVerifier } from "../scram-verifier.ts";
import type { DatabaseSettings } from "../settings.ts";
import { tlsOptions } from "../tls.ts";
import { loginRoles, lookupRole, roleSettings, type RolePasswords } from "./role-names.ts";

/** Below this the SQL of the migrations does not run (DESIGN: any PostgreSQL ≥ 15). */
const oldestServer = 150_000;

/**
 * Makes Meterr's roles and schemas in `admin.database`, or brings them to the wanted state; safe to repeat.
 * `admin` is a superuser, or a role with CREATEROLE that may create schemas in the database.
 * Afterwards: the schemas `meterr` and `auth` belong to meterr_owner, PUBLIC has nothing, and every role has its SCRAM
 * password (only the verifier travels), search_path and timeouts.
 * @throws DatabaseError role_not_allowed, server_too_old, foreign_schema, tls_required, database_unavailable
 */
export async function ensureRoles(admin: DatabaseSettings, passwords: RolePasswords): Promise<void> {
  const client = new pg.Client({ ...admin, ssl: tlsOptions(admin), connectionTimeoutMillis: 10_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const me = await inspectAdmin(client);
    await client.query("begin");
    // Two processes that set up the same database wait for each other here.
    await client.query("select pg_advisory_xact_lock(hashtextextended('meterr.roles', 0))");
    for (const role of [...loginRoles, lookupRole]) await ensureRole(client, role);
    for (const role of loginRoles) await configureRole(client, role, passwords[role]);
    const mine = me.superuser ? [] : await joinRoles(client, me.name);
    await ensureSchemas(client);
    await ensureDatabaseGrants(client, admin.database);
    // sql-not-constant: names of roles and schemas cannot be parameters; all are constants of role-names.ts or escaped
    for (const role of mine) await client.query(`revoke ${role} from current_user`);
    await client.query("commit");
  } catch (error) {
    if ((error as { code?: string }).code === "42501") {
      throw new DatabaseError(
        "role_not_allowed",
        `The role ${admin.user} may not make Meterr's roles and schemas: it needs CREATEROLE, and CREATE on the database ${admin.database}; roles made by another administrator must be granted to it.`,
        { cause: error },
      );
    }
    throw toDatabaseError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

interface Admin {
  name: string;
  superuser: boolean;
}

async function inspectAdmin(client: pg.Client): Promise<Admin> {
  const { rows } = await client.query<{ name: string; superuser: boolean; creates: boolean; version: number }>(
    `select rolname as name, rolsuper as superuser, rolcreaterole as creates,
       current_setting('server_version_num')::integer as version
     from pg_roles where rolname = current_user`,
  );
  const me = rows[0];
  if (me === undefined || (!me.superuser && !me.creates)) {
    throw new DatabaseError("role_not_allowed", "The role given for setting up the database lacks CREATEROLE.");
  }
  if (me.version < oldestServer) {
    throw new DatabaseError("server_too_old", "Meterr needs PostgreSQL 15 or newer.");
  }
  return me;
}

async function ensureRole(client: pg.Client, role: string): Promise<void> {
  const { rows } = await client.query<{ mighty: boolean }>(
    "select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication as mighty from pg_roles where rolname = $1",
    [role],
  );
  if (rows[0]?.mighty === true) {
    throw new DatabaseError("role_not_allowed", `The role ${role} exists with rights that would break isolation.`);
  }
  if (rows[0] !== undefined) return;
  // NOINHERIT: meterr_owner may hand functions to meterr_lookup, yet its own statements see none of its policies.
  // sql-not-constant: names of roles and schemas cannot be parameters; all are constants of role-names.ts or escaped
  await client.query(`create role ${role} ${role === lookupRole ? "nologin" : "login"} noinherit`);
}

async function configureRole(client: pg.Client, role: keyof RolePasswords, password: string): Promise<void> {
  // sql-not-constant: names of roles and schemas cannot be parameters; all are constants of role-names.ts or escaped
  await client.query(
    `alter role ${role} with login noinherit password ${client.escapeLiteral(scramVerifier(password))}`,
  );
  for (const [name, value] of Object.entries(roleSettings[role])) {
    const text = name === "search_path" ? value : client.escapeLiteral(value);
    // sql-not-constant: names of roles and schemas cannot be parameters; all are constants of role-names.ts or escaped
    await client.query(`alter role ${role} set ${name} = ${text}`);
  }
}

/** An administrator that is no superuser must belong to the owners to make things in their name; only for now. */
async function joinRoles(client: pg.Client, me: string): Promise<string[]> {
  const roles = ["meterr_owner"].filter((role) => role !== me);
  // sql-not-constant: names of roles and schemas cannot be parameters; all are constants of role-names.ts or escaped
  for (const role of roles) await client.query(`grant ${role} to current_user`);
  return roles;
}

async function ensureSchemas(client: pg.Client): Promise<void> {
  // sql-not-constant: names of roles and schemas cannot be parameters; all are constants of role-names.ts or escaped
  await client.query(`grant ${lookupRole} to meterr_owner`);
  for (const schema of ["meterr", "auth"]) {
    const { rows } = await client.query<{ owner: string }>(
      "select nspowner::regrole::text as owner from pg_namespace where nspname = $1",
      [schema],
    );
    // sql-not-constant: names of roles and schemas cannot be parameters; all are constants of role-names.ts or escaped
    if (rows[0] === undefined) await client.query(`create schema ${schema} authorization meterr_owner`);
    else if (rows[0].owner !== "meterr_owner") {
      throw new DatabaseError(
        "foreign_schema",
        `The schema ${schema} in this database belongs to ${rows[0].owner}, not to Meterr. Give Meterr a database of its own.`,
      );
    }
  }
  await client.query("set local role meterr_owner");
  await client.query("revoke all on schema meterr, auth from public");
  // sql-not-constant: names of roles and schemas cannot be parameters; all are constants of role-names.ts or escaped
  await client.query(`grant usage on schema meterr to ${lookupRole}, meterr_dashboard, meterr_gateway, meterr_worker`);
  await client.query("reset role");
}

async function ensureDatabaseGrants(client: pg.Client, database: string): Promise<void> {
  const name = client.escapeIdentifier(database);
  const { rows } = await client.query<{ ours: boolean }>(
    "select pg_has_role(current_user, datdba, 'USAGE') as ours from pg_database where datname = $1",
    [database],
  );
  // Without ownership the defaults stay: PUBLIC may connect and make temporary tables, and every function of ours
  // names pg_temp last in its search_path.
  if (rows[0]?.ours === true) {
    // sql-not-constant: names of roles and schemas cannot be parameters; all are constants of role-names.ts or escaped
    await client.query(`revoke all on database ${name} from public`);
    // sql-not-constant: names of roles and schemas cannot be parameters; all are constants of role-names.ts or escaped
    await client.query(`grant connect on database ${name} to ${loginRoles.join(", ")}`);
  }
}
