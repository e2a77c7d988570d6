import { readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { idempotencyKeysTable, jobRunsTable } from "@meterr/runtime";
import { webhookClaimsMigrations } from "@meterr/runtime/webhooks";
import pg from "pg";
import { safeCronData } from "#modules/safe-cron/esm/index.js";
import { applyTenantRls, planTenantRls } from "#modules/tenant-rls/esm/index.js";
import { webhookInboxMigrations } from "#modules/webhook-inbox/esm/index.js";
import { runMigrations } from "../database/run-migrations.ts";
import { dailyCountsData } from "./daily-counts/daily-counts.ts";
import { sqlOf } from "./host.ts";
import { SECURED, SHOP } from "./secured-tables.ts";

// node src/keys/set-up.ts up|down: the modules' tables, and row-level security on Parcels' own.
const [direction] = process.argv.slice(2);
const GRANTS = fileURLToPath(new URL("migrations/", import.meta.url));
/** What `down` takes away again is what `up` did, so it is kept beside the database's other settings. */
const PLAN = process.env["RLS_PLAN"] ?? "rls-plan.json";
const FOLDERS = [webhookClaimsMigrations(), webhookInboxMigrations()].map(({ folder }) => fileURLToPath(folder));

const client = new pg.Client({ connectionString: process.env["OWNER_DATABASE_URL"] ?? "" });
await client.connect();
try {
  if (direction === "up") await goUp();
  else if (direction === "down") await goDown();
  else throw new Error("say up or down");
} finally {
  await client.end();
}

async function goUp(): Promise<void> {
  for (const folder of FOLDERS) await runMigrations(client, folder, "up");
  await run([idempotencyKeysTable().up, jobRunsTable().up, safeCronData().up, dailyCountsData().up]);
  await runMigrations(client, GRANTS, "up");
  const plan = await planTenantRls(sqlOf(client), { tables: SECURED, tenant: SHOP });
  await writeFile(PLAN, JSON.stringify({ up: plan.up, down: plan.down }, null, 2));
  await applyTenantRls(sqlOf(client), plan, "up");
}

async function goDown(): Promise<void> {
  const plan = JSON.parse(await readFile(PLAN, "utf8")) as { down: string[] };
  await run(plan.down);
  await rm(PLAN);
  await runMigrations(client, GRANTS, "down");
  await run([dailyCountsData().down, safeCronData().down, jobRunsTable().down, idempotencyKeysTable().down]);
  for (const folder of FOLDERS.toReversed()) await runMigrations(client, folder, "down");
}

/** All of it or nothing. */
async function run(statements: readonly string[]): Promise<void> {
  await client.query("begin");
  try {
    // sql-not-constant: what the modules and the plan say, made of validated identifiers
    for (const statement of statements) await client.query(statement);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}
