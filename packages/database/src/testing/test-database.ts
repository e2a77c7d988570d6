import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { connectPool } from "../connect-pool.ts";
import type { MigrationSequence } from "../migrations/read-migrations.ts";
import { loginRoles, type LoginRole } from "../roles/role-names.ts";
import type { DatabaseSettings } from "../settings.ts";
import { createOrganisation, type OrganisationFixture } from "./create-organisation.ts";
import { defaultSequences, ensureTemplate, testPasswords } from "./template.ts";
import { testServer } from "./test-server.ts";

export interface TestDatabase {
  /** One pool per role, opened at its first use. */
  pools: Readonly<Record<"admin" | "owner" | "dashboard" | "gateway" | "worker" | "identity", pg.Pool>>;
  /** What a process of that role would be given. */
  settings(role: LoginRole | "admin"): DatabaseSettings;
  /** An organisation with one member of each role. */
  createOrganisation(name?: string): Promise<OrganisationFixture>;
  /** Closes the pools and drops the database. */
  close(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** Default: Meterr's own migrations. */
  sequences?: readonly MigrationSequence[];
  /** Connections per pool. Default 10. */
  max?: number;
}

/** A database of its own for a test file, cloned from a migrated template. Call close() in after(). */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const admin = await testServer();
  const template = await ensureTemplate(admin, options.sequences ?? defaultSequences);
  const name = `meterr_test_${process.pid}_${randomBytes(4).toString("hex")}`;
  await asAdmin(admin, (client) =>
    client.query(`create database ${name} template ${client.escapeIdentifier(template)}`),
  );
  // Rights on a database itself are not cloned with it.
  await asAdmin(admin, async (client) => {
    await client.query(`revoke all on database ${name} from public`);
    await client.query(`grant connect on database ${name} to ${loginRoles.join(", ")}`);
  });

  const passwords = testPasswords(admin);
  const settings = (role: LoginRole | "admin"): DatabaseSettings =>
    role === "admin"
      ? { ...admin, database: name }
      : { ...admin, database: name, user: role, password: passwords[role] };
  const opened = new Map<string, pg.Pool>();
  const pool = (role: LoginRole | "admin"): pg.Pool => {
    const found = opened.get(role) ?? connectPool(settings(role), { max: options.max ?? 10 });
    opened.set(role, found);
    return found;
  };

  return {
    pools: {
      get admin() {
        return pool("admin");
      },
      get owner() {
        return pool("meterr_owner");
      },
      get dashboard() {
        return pool("meterr_dashboard");
      },
      get gateway() {
        return pool("meterr_gateway");
      },
      get worker() {
        return pool("meterr_worker");
      },
      get identity() {
        return pool("meterr_identity");
      },
    },
    settings,
    createOrganisation: (wanted) => createOrganisation(pool("meterr_owner"), wanted),
    close: async () => {
      // A connection that a failed test never gave back ends with the database.
      const ended = Promise.all([...opened.values()].map((open) => open.end()));
      await Promise.race([ended, delay(1_000, undefined, { ref: false })]);
      await asAdmin(admin, (client) => client.query(`drop database if exists ${name} with (force)`));
    },
  };
}

async function asAdmin(admin: DatabaseSettings, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ ...admin, database: "postgres", ssl: false });
  client.on("error", () => undefined);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
