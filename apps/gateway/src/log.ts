import { pino, type Logger } from "pino";

/** Facts about a failure that are safe to write down: its class and stable code, never its message or its values. */
export function describeFailure(error: unknown): Record<string, string> {
  if (!(error instanceof Error)) return { failure: typeof error };
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const reason = "reason" in error && typeof error.reason === "string" ? error.reason : undefined;
  return { failure: error.name, ...(code === undefined ? {} : { code }), ...(reason === undefined ? {} : { reason }) };
}

/** One JSON line per event on standard error. */
export function createLog(level: string): Logger {
  return pino({ level, base: { process: "gateway" }, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
}
