const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Whether a Host header names this gateway. A page of another origin that resolves its own name to this
 * machine (DNS rebinding) sends its own name, and is refused.
 */
export function hostAllowed(header: string | undefined, allowed: ReadonlySet<string>): boolean {
  if (header === undefined) return false;
  const name = header.replace(/:\d{1,5}$/, "").toLowerCase();
  return loopback.has(name) || allowed.has(name);
}
