import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { connectPool, startEmbedded, type DatabaseSettings } from "@meterr/database";

/** A PostgreSQL server as an operator would bring it: not Meterr's, reached by METERR_DATABASE_URL alone. */
export interface OwnPostgres {
  readonly version: string;
  /** Makes an empty database; answers its address for METERR_DATABASE_URL, as an administrator who is no superuser. */
  create(database: string): Promise<string>;
  ask<Row extends object>(database: string, text: string): Promise<Row[]>;
  stop(): Promise<void>;
}

/** The oldest that is supported, where Debian put it. */
const oldest = "/usr/lib/postgresql/15/bin";

/** Starts PostgreSQL 15 where it is installed, else the packaged one: `version` says which. */
export async function startOwnPostgres(folder: string): Promise<OwnPostgres> {
  const server = await startEmbedded({
    dataDir: join(folder, "own-postgres"),
    durable: false,
    otherUsersMayConnect: true,
    ...(existsSync(oldest) ? { binDir: oldest } : {}),
  });
  const settingsOf = (database: string): DatabaseSettings => ({ ...server.settings, database });
  // As docs/deployment.md says it: no superuser, just one that may make roles.
  const administrator = { name: "meterr_admin", password: randomBytes(18).toString("base64url") };
  const ask = async <Row extends object>(database: string, text: string): Promise<Row[]> => {
    const pool = connectPool(settingsOf(database), { max: 1 });
    try {
      return (await pool.query<Row>(text)).rows;
    } finally {
      await pool.end();
    }
  };
  await ask("postgres", `create role ${administrator.name} login createrole password '${administrator.password}'`);
  return {
    version: server.version,
    async create(database) {
      // The one the server began with is called meterr already.
      if (database === "meterr") await ask("postgres", `alter database meterr owner to ${administrator.name}`);
      else await ask("postgres", `create database ${database} owner ${administrator.name}`);
      const { name, password } = administrator;
      return `postgresql://${name}:${password}@localhost/${database}?host=${encodeURIComponent(server.settings.host)}`;
    },
    ask,
    stop: () => server.stop("immediate"),
  };
}
