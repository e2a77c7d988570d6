import { writeFileSync } from "node:fs";
import { z } from "zod";
import { jobRunsTable, keyManifestSchema, MANIFEST_VERSIONS } from "../src/index.ts";

/** Writes what is published beside the code and generated from it: the schema of key.json, the table of runs. */
const schema = `${JSON.stringify(z.toJSONSchema(keyManifestSchema), null, 2)}\n`;
const folder = new URL("../", import.meta.url);
writeFileSync(new URL("schema/key.schema.json", folder), schema);
writeFileSync(new URL(`schema/versions/key-${MANIFEST_VERSIONS.at(-1) ?? ""}.schema.json`, folder), schema);
const { up, down } = jobRunsTable();
writeFileSync(new URL("migrations/0002_job_runs.up.sql", folder), up);
writeFileSync(new URL("migrations/0002_job_runs.down.sql", folder), down);
