import { Problem } from "../problem.ts";

// Addresses are written to logs, histories and referrers by every machine on the way (RFC 6750 §5.3).
const NAMES = new Set([
  "access_token",
  "api-key",
  "api_key",
  "api_token",
  "apikey",
  "auth",
  "auth_token",
  "authorization",
  "bearer",
  "id_token",
  "jwt",
  "key",
  "password",
  "secret",
  "session",
  "session_token",
  "token",
  "x-api-key",
]);

/** Throws Problem `credential_in_query`, whether or not the request carries a credential in its place as well. */
export function refuseQueryCredential(query: Readonly<Record<string, string>>): void {
  for (const name in query) {
    if (NAMES.has(name.toLowerCase())) throw new Problem("credential_in_query");
  }
}
