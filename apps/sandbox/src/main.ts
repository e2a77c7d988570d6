import { fstatSync } from "node:fs";
import { startSandbox } from "./server.ts";
import type { Settings } from "./settings.ts";
import { readSettings, SettingsRefused } from "./settings.ts";

/** How long running answers may still go on once told to stop, in milliseconds. */
const DRAIN_MS = 3_000;
const CONFIGURATION_REFUSED = 78;

function log(level: "info" | "error", msg: string, fields: Record<string, string | number> = {}): void {
  process.stderr.write(
    `${JSON.stringify({ level, time: new Date().toISOString(), name: "sandbox", msg, ...fields })}\n`,
  );
}

function settingsOrExit(): Settings {
  try {
    return readSettings(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof SettingsRefused)) throw error;
    process.stderr.write(`sandbox: ${error.message}\n`);
    process.exit(CONFIGURATION_REFUSED);
  }
}

const settings = settingsOrExit();
const sandbox = await startSandbox({
  host: settings.host,
  port: settings.port,
  latencyMs: settings.latency_ms,
  chunkDelayMs: settings.chunk_delay_ms,
  maxStallMs: settings.max_stall_ms,
  ...(settings.ledger_file === undefined ? {} : { ledgerFile: settings.ledger_file }),
}).catch((error: unknown) => {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  process.stderr.write(
    `sandbox: cannot start on ${settings.host}:${settings.port} (${code}); free the port or set METERR_SANDBOX_PORT\n`,
  );
  process.exit(CONFIGURATION_REFUSED);
});
log("info", "listening", { origin: sandbox.origin });

let stopping = false;
function stop(reason: string): void {
  if (stopping) return;
  stopping = true;
  log("info", "stopping", { reason });
  void sandbox.close(DRAIN_MS).then(() => process.exit(0));
}

process.on("SIGTERM", () => stop("SIGTERM"));
process.on("SIGINT", () => stop("SIGINT"));
// A pipe on stdin is the supervisor's life line; a terminal or /dev/null is not.
const stdin = fstatSync(0);
if (stdin.isFIFO() || stdin.isSocket()) {
  process.stdin.on("end", () => stop("stdin closed"));
  process.stdin.on("error", () => stop("stdin failed"));
  process.stdin.resume();
}
