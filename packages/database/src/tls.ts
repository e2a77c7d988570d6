import { isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { DatabaseError } from "./errors.ts";
import type { DatabaseSettings } from "./settings.ts";

/** Whether nothing leaves the machine: a Unix socket folder, or a loopback address. */
export function isLocal(host: string): boolean {
  if (host.startsWith("/")) return true;
  if (host === "localhost" || host === "::1" || host === "[::1]") return true;
  return isIP(host) === 4 && host.startsWith("127.");
}

/**
 * TLS options for `pg`: certificate and host name are always verified.
 * @throws DatabaseError tls_required when the server is not local and TLS is off
 */
export function tlsOptions(settings: Pick<DatabaseSettings, "host" | "tls">): false | ConnectionOptions {
  if (settings.tls === false) {
    if (isLocal(settings.host)) return false;
    throw new DatabaseError(
      "tls_required",
      `The database at ${settings.host} is not on this machine, so TLS with a verified certificate is required (sslmode=verify-full).`,
    );
  }
  return {
    rejectUnauthorized: true,
    minVersion: "TLSv1.2",
    ...(isIP(settings.host) === 0 ? { servername: settings.host } : {}),
    ...(settings.tls.ca === undefined ? {} : { ca: settings.tls.ca }),
  };
}
