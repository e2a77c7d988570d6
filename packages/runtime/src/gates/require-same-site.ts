import { Problem } from "../problem.ts";
import type { PrincipalKind } from "../principal.ts";

/**
 * Protection against cross-site request forgery, for writes a browser could be made to send.
 * `Origin` must be the site's own and `Sec-Fetch-Site` must say `same-origin`, each where present;
 * a write with a session cookie and neither is refused, for then nothing says where it came from.
 * Throws Problem `cross_origin_refused`.
 */
export function requireSameSite(
  request: Request,
  credential: PrincipalKind | "public",
  allowedOrigins: readonly string[],
): void {
  if (request.method === "GET" || request.method === "HEAD") return;
  // Browsers attach none of the other credentials by themselves.
  if (credential !== "session" && credential !== "public") return;
  const origin = request.headers.get("origin");
  const fetchSite = request.headers.get("sec-fetch-site");
  const unknown = origin === null && fetchSite === null;
  if (
    (unknown && credential === "session") ||
    (origin !== null && !allowedOrigins.includes(origin)) ||
    (fetchSite !== null && fetchSite !== "same-origin")
  ) {
    throw new Problem("cross_origin_refused");
  }
}
