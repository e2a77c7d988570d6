// `meterr`, with the installation named by STUB_ROOT in place of the source tree's own.
import { randomBytes, randomUUID } from "node:crypto";
import { homedir } from "node:os";
import { run } from "../../src/program.ts";

const { env } = process;
const root = env["STUB_ROOT"] ?? "";
const uid = process.geteuid?.();

process.exitCode = await run(process.argv.slice(2), {
  version: "0.0.0",
  terminal: { env, stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
  fetch: globalThis.fetch,
  now: () => new Date(),
  surroundings: { env, uid, platform: process.platform, userHome: homedir(), checkout: root },
  installation: { root, node: process.execPath, env, uid },
  random: { randomBytes, randomUUID },
  signals: process,
});
