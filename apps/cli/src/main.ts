import { randomBytes, randomUUID } from "node:crypto";
import { homedir } from "node:os";
import { fileURLToPath } from "node:url";
import manifest from "../package.json" with { type: "json" };
import { run } from "./program.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url)).replace(/[\\/]$/, "");
const uid = process.geteuid?.();
const { env } = process;

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
