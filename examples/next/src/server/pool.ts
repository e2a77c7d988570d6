import pg from "pg";

let pool: pg.Pool | undefined;

/** The one pool of this process, made at its first use: a build has no database. */
export function db(): pg.Pool {
  if (pool === undefined) {
    pool = new pg.Pool({ connectionString: setting("DATABASE_URL"), max: 10 });
    pool.on("error", () => undefined);
  }
  return pool;
}

export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set`);
  return value;
}
