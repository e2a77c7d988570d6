import { randomUUID } from "node:crypto";
import pg from "pg";
import { proveTenantRls } from "#modules/tenant-rls/esm/index.js";
import { sqlOf } from "./host.ts";
import { SECURED, SHOP } from "./secured-tables.ts";

// node src/keys/prove.ts <shop> <shop>: as Parcels' own role, in a deployment or in CI. Changes nothing.
const [one = "", other = ""] = process.argv.slice(2);
/** Columns of a row that the table takes, for those whose checks do not take just anything. */
const sample = (): Record<string, unknown> => ({ tracking: randomUUID(), recipient: "probe" });

const client = new pg.Client({ connectionString: process.env["DATABASE_URL"] ?? "" });
await client.connect();
try {
  const tables = SECURED.map((table) => ({
    ...table,
    tenantType: "uuid" as const,
    ...(table.name === "parcels" ? { sample } : {}),
  }));
  const proof = await proveTenantRls(sqlOf(client), { tables, tenant: SHOP, tenants: [one, other] });
  for (const { table, probes } of proof.tables) {
    for (const { name, answer, reason } of probes) process.stdout.write(`${table} ${name}: ${answer} ${reason}\n`);
  }
  process.exitCode = proof.proved ? 0 : 1;
} finally {
  await client.end();
}
