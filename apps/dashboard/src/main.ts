import { createLog, describeFailure } from "./log.ts";
import { serve, type RunningDashboard } from "./serve.ts";
import { readSettings, SettingsError, type DashboardSettings } from "./settings.ts";

/** sysexits.h: something was found in an unconfigured or misconfigured state. */
const EX_CONFIG = 78;
const SETTINGS_DESCRIPTOR = 3;
/** Failures that trying again does not mend. */
const REFUSED = new Set(["EADDRINUSE", "EACCES", "isolation_not_in_force"]);

function settingsOrExit(): DashboardSettings {
  try {
    return readSettings(SETTINGS_DESCRIPTOR);
  } catch (error) {
    process.stderr.write(
      `${error instanceof SettingsError ? error.message : "dashboard settings could not be read"}\n`,
    );
    process.exit(EX_CONFIG);
  }
}

const settings = settingsOrExit();
const log = createLog(settings.logLevel);
let dashboard: RunningDashboard;
try {
  dashboard = await serve(settings, log);
} catch (error) {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  log.fatal(
    { ...describeFailure(error), ...(error instanceof Error ? { detail: error.message } : {}) },
    "the dashboard did not start",
  );
  process.exit(REFUSED.has(String(code)) ? EX_CONFIG : 1);
}

let stopping = false;
function stop(): void {
  if (stopping) return;
  stopping = true;
  dashboard.stop().then(
    () => process.exit(0),
    (error: unknown) => {
      log.error(describeFailure(error), "the dashboard did not stop in order");
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
