import { parseArgs } from "node:util";
import path from "node:path";
import { startDatabase } from "./test/database.ts";
import { selectTests } from "./test/select.ts";
import { runTests } from "./test/run.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    "test-name-pattern": { type: "string", multiple: true, default: [] },
    "test-only": { type: "boolean", default: false },
  },
});

const root = path.join(import.meta.dirname, "..");
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort(signal));

const files = selectTests(root, positionals);
if (files.length === 0) {
  console.error(`no test file lies in ${positionals.join(", ") || "this repository"}`);
  process.exitCode = 1;
} else {
  const database = await startDatabase();
  try {
    const passed = await runTests(root, files, {
      namePatterns: values["test-name-pattern"],
      only: values["test-only"],
      environment: database.environment,
      signal: stop.signal,
    });
    process.exitCode = passed ? 0 : 1;
  } finally {
    await database.stop();
  }
}
