import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { connectPool } from "@meterr/database";
import type { Machine } from "./machine.ts";

/** Asks the machine's embedded PostgreSQL as its superuser, whom no row-level security binds: for judging, not for acting. */
export async function askDatabase<Row extends object>(machine: Machine, text: string): Promise<Row[]> {
  const folder = join(machine.home, "home", "postgres");
  const [password, pidFile] = await Promise.all([
    readFile(join(folder, "superuser-password"), "utf8"),
    readFile(join(folder, "data", "postmaster.pid"), "utf8"),
  ]);
  // postmaster.pid: pid, data folder, start time, port, socket folder, …
  const host = pidFile.split("\n")[4] ?? "";
  const settings = { host, port: 5432, database: "meterr", user: "postgres", password: password.trim() };
  const pool = connectPool({ ...settings, tls: false }, { max: 1, applicationName: "e2e-judge" });
  try {
    return (await pool.query<Row>(text)).rows;
  } finally {
    await pool.end();
  }
}
