import { randomBytes, randomUUID } from "node:crypto";
import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../package.json" with { type: "json" };

const root = fileURLToPath(new URL("../../../", import.meta.url)).replace(/[\\/]$/, "");
const uid = process.geteuid?.();
const { env } = process;

// Beside the code it is made from, so that nobody can slip in code who could not change that. A command then starts in
// half the time; where the folder cannot be written it does without. Everything else is imported after this.
enableCompileCache(join(root, "node_modules", ".cache", "meterr"));
const { run } = await import("./program.ts");

process.exitCode = await run(process.argv.slice(2), {
  version: manifest.version,
  terminal: { env, stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
  fetch: globalThis.fetch,
  now: () => new Date(),
  surroundings: { env, uid, platform: process.platform, userHome: homedir(), checkout: root },
  installation: { root, node: process.execPath, env, uid },
  random: { randomBytes, randomUUID },
  signals: process,
});
