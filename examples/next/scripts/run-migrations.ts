import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type pg from "pg";

/** Runs every NNNN_name.{up,down}.sql of a folder in one transaction: upwards in order, downwards in reverse. */
export async function runMigrations(client: pg.Client, folder: string, direction: "up" | "down"): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(`.${direction}.sql`)).toSorted();
  if (direction === "down") names.reverse();
  await client.query("begin");
  try {
    for (const name of names) {
      const text = await readFile(path.join(folder, name), "utf8");
      // sql-not-constant: migrations are files of the repository, run by whoever deploys it
      await client.query(text);
    }
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}
