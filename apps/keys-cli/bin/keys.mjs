#!/usr/bin/env node
// Re-executes the command on the Node that the project brings, whatever Node started this file.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const bundled = `${root}node_modules/.bin/${process.platform === "win32" ? "node.cmd" : "node"}`;
const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

if (!existsSync(bundled)) {
  process.stderr.write(`keys: dependencies are not installed. Run "npm start" (or "npm ci") in ${root} first.\n`);
  process.exit(1);
}
// Compiled code is kept beside the code it is made from: a command then starts in half the time.
const env = { ...process.env, NODE_COMPILE_CACHE: `${root}node_modules/.cache/meterr` };
const child = spawn(bundled, [main, ...process.argv.slice(2)], { stdio: "inherit", env });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => child.kill(signal));
}
child.on("error", (error) => {
  process.stderr.write(`keys: could not start ${bundled}: ${error.message}\n`);
  process.exit(1);
});
child.on("exit", (code, signal) => {
  process.exit(code ?? (signal === "SIGINT" ? 130 : 143));
});
