import { readFileSync } from "node:fs";
import { DatabaseError } from "./errors.ts";
import type { DatabaseSettings } from "./settings.ts";
import { isLocal } from "./tls.ts";

/**
 * Reads a `postgres://user:password@host:port/database?sslmode=…&sslrootcert=…` address.
 * A server beyond this machine is always spoken to over TLS with its certificate verified: the weaker sslmodes
 * (`disable`, `allow`, `prefer`, `no-verify`) are refused for it. `host=/folder` in the query names a Unix socket folder.
 * @throws DatabaseError settings_invalid, tls_required. The address itself is never repeated in a message.
 */
export function parseDatabaseUrl(
  text: string,
  readCertificate: (path: string) => string = (path) => readFileSync(path, "utf8"),
): DatabaseSettings {
  const url = parse(text);
  const host = url.searchParams.get("host") ?? url.hostname.replace(/^\[(.*)\]$/, "$1");
  const database = decodeURIComponent(url.pathname.slice(1));
  const user = decodeURIComponent(url.username);
  if (host === "" || database === "" || user === "") {
    throw new DatabaseError("settings_invalid", "The database address needs a host, a user and a database name.");
  }
  return {
    host,
    port: url.port === "" ? 5432 : Number(url.port),
    database,
    user,
    password: decodeURIComponent(url.password),
    tls: tlsOf(url, host, readCertificate),
  };
}

function parse(text: string): URL {
  let url: URL;
  try {
    // A socket folder leaves the authority's host empty, which WHATWG URLs refuse after credentials.
    url = new URL(text.replace(/^(postgres(?:ql)?:\/\/[^/@]*@)\//, "$1localhost/"));
    for (const part of [url.username, url.password, url.pathname]) decodeURIComponent(part);
  } catch {
    throw new DatabaseError("settings_invalid", "The database address is not a valid postgres:// URL.");
  }
  if (url.protocol !== "postgres:" && url.protocol !== "postgresql:") {
    throw new DatabaseError("settings_invalid", "The database address must begin with postgres:// or postgresql://.");
  }
  return url;
}

function tlsOf(url: URL, host: string, readCertificate: (path: string) => string): DatabaseSettings["tls"] {
  const mode = url.searchParams.get("sslmode");
  const root = url.searchParams.get("sslrootcert");
  const verified = mode === "require" || mode === "verify-ca" || mode === "verify-full";
  if (mode !== null && !verified && !isLocal(host)) {
    throw new DatabaseError(
      "tls_required",
      "The database is not on this machine: use sslmode=verify-full (the certificate is verified in any case).",
    );
  }
  if (isLocal(host) && !verified) return false;
  if (root === null || root === "system") return {};
  try {
    return { ca: readCertificate(root) };
  } catch (cause) {
    throw new DatabaseError("settings_invalid", "The file named by sslrootcert cannot be read.", { cause });
  }
}
