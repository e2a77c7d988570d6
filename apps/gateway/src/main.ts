import { startGateway, type RunningGateway } from "./gateway.ts";
import { createLog, describeFailure } from "./log.ts";
import { readSettings, SettingsError, type GatewaySettings } from "./settings.ts";

/** sysexits.h: something was found in an unconfigured or misconfigured state. */
const EX_CONFIG = 78;
const SETTINGS_DESCRIPTOR = 3;
/** Failures that trying again does not mend. */
const REFUSED = new Set([
  "EADDRINUSE",
  "EACCES",
  "isolation_not_in_force",
  "instance_not_set_up",
  "kek_invalid",
  "kek_refused",
  "keystore_missing",
  "keystore_insecure",
]);

function settingsOrExit(): GatewaySettings {
  try {
    return readSettings(SETTINGS_DESCRIPTOR);
  } catch (error) {
    process.stderr.write(`${error instanceof SettingsError ? error.message : "gateway settings could not be read"}\n`);
    process.exit(EX_CONFIG);
  }
}

const settings = settingsOrExit();
const log = createLog(settings.logLevel);
let gateway: RunningGateway;
try {
  gateway = await startGateway(settings, log);
} catch (error) {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  log.fatal(
    { ...describeFailure(error), ...(error instanceof Error ? { detail: error.message } : {}) },
    "the gateway did not start",
  );
  process.exit(REFUSED.has(String(code)) ? EX_CONFIG : 1);
}

let stopping = false;
function stop(): void {
  if (stopping) return;
  stopping = true;
  gateway.stop().then(
    () => process.exit(0),
    (error: unknown) => {
      log.error(describeFailure(error), "the gateway did not stop in order");
      process.exit(1);
    },
  );
}
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
// The supervisor holds the other end: when it dies, so does this process, in order.
process.stdin.on("end", stop);
process.stdin.on("error", stop);
process.stdin.resume();
