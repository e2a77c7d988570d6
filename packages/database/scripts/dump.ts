import { writeFileSync } from "node:fs";
import { dumpSchema } from "../src/index.ts";
import { testDatabase } from "../src/testing/index.ts";

/** Writes schema.sql anew from the migrations. */
const db = await testDatabase();
try {
  writeFileSync(new URL("../schema.sql", import.meta.url), await dumpSchema(db.pools.admin));
} finally {
  await db.close();
}
