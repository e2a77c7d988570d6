import { parseArgs } from "node:util";
import pg from "pg";
import { runMigrations } from "./run-migrations.ts";

// npm run migrate -- up migrations modules/webhook-inbox/migrations
// npm run migrate -- down modules/webhook-inbox/migrations
const { positionals } = parseArgs({ allowPositionals: true });
const [direction, ...folders] = positionals;
const url = process.env["OWNER_DATABASE_URL"];
if ((direction !== "up" && direction !== "down") || folders.length === 0 || url === undefined) {
  process.stderr.write("usage: OWNER_DATABASE_URL=… node scripts/migrate.ts up|down <folder>…\n");
  process.exit(2);
}
const client = new pg.Client({ connectionString: url });
await client.connect();
try {
  for (const folder of folders) await runMigrations(client, folder, direction);
} finally {
  await client.end();
}
