import { existsSync } from "node:fs";
import { join } from "node:path";
import { connectPool, startEmbedded, type DatabaseSettings } from "@meterr/database";

/** A PostgreSQL server as an operator would bring it: not Meterr's, reached by METERR_DATABASE_URL alone. */
export interface OwnPostgres {
  readonly version: string;
  /** Makes an empty database; answers its address for METERR_DATABASE_URL. */
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
  const ask = async <Row extends object>(database: string, text: string): Promise<Row[]> => {
    const pool = connectPool(settingsOf(database), { max: 1 });
    try {
      return (await pool.query<Row>(text)).rows;
    } finally {
      await pool.end();
    }
  };
  return {
    version: server.version,
    async create(database) {
      // The one the server began with is called meterr already.
      if (database !== "meterr") await ask("postgres", `create database ${database}`);
      const { host, user, password } = server.settings;
      return `postgresql://${user}:${encodeURIComponent(password)}@localhost/${database}?host=${encodeURIComponent(host)}`;
    },
    ask,
    stop: () => server.stop("immediate"),
  };
}
