import path from "node:path";
import { parseArgs } from "node:util";
import { startDatabase } from "./test/database.ts";
import { runTests } from "./test/run.ts";
import { selectTests } from "./test/select.ts";

/** `npm test`, `npm test -- packages/vault`, `npm test -- --test-name-pattern=revoked e2e`. */
async function test(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      "test-name-pattern": { type: "string", multiple: true, default: [] },
      "test-only": { type: "boolean", default: false },
      root: { type: "string", default: path.join(import.meta.dirname, "..") },
    },
  });
  const files = selectTests(values.root, positionals);
  if (files.length === 0) throw new Error(`there is no test in ${positionals.join(", ") || "this repository"}`);

  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const database = await startDatabase();
  try {
    return await runTests(values.root, files, {
      namePatterns: values["test-name-pattern"],
      only: values["test-only"],
      environment: database.environment,
      folder: database.folder,
      signal: stop.signal,
    });
  } finally {
    await database.stop();
  }
}

try {
  process.exitCode = (await test()) ? 0 : 1;
} catch (error) {
  console.error(`npm test: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
