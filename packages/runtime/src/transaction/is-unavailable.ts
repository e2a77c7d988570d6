// PostgreSQL's SQLSTATE classes and codes (Appendix A) that say "not now" rather than "not so".
const CLASSES = new Set([
  "08", // connection exception
  "53", // insufficient resources
  "58", // system error outside PostgreSQL
]);
const STATES = new Set([
  "40001", // serialization failure
  "40P01", // deadlock detected
  "55P03", // lock not available
  "57014", // query cancelled, as by a statement timeout
  "57P01", // admin shutdown
  "57P02", // crash shutdown
  "57P03", // cannot connect now
  "57P05", // idle session timeout
  "25P03", // idle in transaction timeout
]);
const SOCKET = new Set(["ECONNREFUSED", "ECONNRESET", "ENOENT", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "EAI_AGAIN"]);
// What a driver says without any code.
const MESSAGES = /connection terminated|timeout exceeded when trying to connect|connection timeout|not queryable/i;

/** True when an error of a database driver means that trying again later may succeed. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("retryable" in error && typeof error.retryable === "boolean") return error.retryable;
  const code: unknown = "code" in error ? error.code : undefined;
  if (typeof code !== "string") return MESSAGES.test(error.message);
  return STATES.has(code) || SOCKET.has(code) || (code.length === 5 && CLASSES.has(code.slice(0, 2)));
}
