import type pg from "pg";
import { toDatabaseError } from "../query-error.ts";
import { dumpQueries } from "./dump-queries.ts";

const heading =
  "-- The database as the migrations leave it, read from the catalogue. Made by scripts/dump.ts; not to be edited.\n";

/**
 * The schemas meterr and auth as SQL text: tables, constraints, indexes, policies, functions, grants. The same for the
 * same migrations, on any supported PostgreSQL; the partitions of single months are left out.
 * @throws DatabaseError database_unavailable
 */
export async function dumpSchema(pool: pg.Pool): Promise<string> {
  let client: pg.PoolClient | undefined;
  try {
    client = await pool.connect();
    await client.query("begin transaction read only");
    // Every name is then printed with its schema, whatever the role's own path is.
    await client.query("set local search_path = ''");
    const sections: string[] = [];
    for (const { title, text } of dumpQueries) {
      // sql-not-constant: walks the constant statements of dump-queries.ts
      const { rows } = await client.query<{ object: string; line: string }>(text);
      if (rows.length > 0) sections.push(`\n-- ${title}\n${rows.map((row) => row.line).join("\n")}\n`);
    }
    await client.query("rollback");
    return heading + sections.join("");
  } catch (error) {
    throw toDatabaseError(error);
  } finally {
    client?.release(true);
  }
}
