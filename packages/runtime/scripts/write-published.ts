import { writeFileSync } from "node:fs";
import { z } from "zod";
import { idempotencyKeysTable, jobRunsTable, keyManifestSchema, MANIFEST_VERSIONS } from "../src/index.ts";

/** Writes what is published beside the code and generated from it: the schema of key.json, the runtime's tables. */
const schema = `${JSON.stringify(z.toJSONSchema(keyManifestSchema), null, 2)}\n`;
const folder = new URL("../", import.meta.url);
writeFileSync(new URL("schema/key.schema.json", folder), schema);
writeFileSync(new URL(`schema/versions/key-${MANIFEST_VERSIONS.at(-1) ?? ""}.schema.json`, folder), schema);
for (const [name, { up, down }] of [
  ["0002_job_runs", jobRunsTable()],
  ["idempotency-keys/0001_idempotency_keys", idempotencyKeysTable()],
] as const) {
  writeFileSync(new URL(`migrations/${name}.up.sql`, folder), up);
  writeFileSync(new URL(`migrations/${name}.down.sql`, folder), down);
}
