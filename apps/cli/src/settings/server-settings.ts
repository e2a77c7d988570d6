import type { DatabaseSettings } from "@meterr/database";
import { z } from "zod";
import { CliError } from "../errors.ts";
import { defaultUidBase } from "../separation/accounts.ts";
import { isLoopback } from "./loopback.ts";
import {
  absolutePath,
  databaseUrl,
  flag,
  kek,
  listenHost,
  listOf,
  network,
  origin,
  port,
  publicUrl,
  userNumber,
} from "./parsers.ts";

export const logLevels = ["debug", "info", "warn", "error", "silent"] as const;

/** What each variable is, as `meterr up` reads it. An empty variable counts as not set. */
const variables = z.object({
  METERR_HOME: absolutePath.optional(),
  METERR_DATABASE_URL: databaseUrl.optional(),
  METERR_KEK: kek.optional(),
  METERR_KEK_FILE: absolutePath.optional(),
  METERR_HOST: listenHost.default("127.0.0.1"),
  METERR_PUBLIC_URL: publicUrl.optional(),
  METERR_GATEWAY_URL: publicUrl.optional(),
  METERR_GATEWAY_PORT: port.default(4000),
  METERR_DASHBOARD_PORT: port.default(3000),
  METERR_SANDBOX_PORT: port.default(4010),
  METERR_TLS_CERT: absolutePath.optional(),
  METERR_TLS_KEY: absolutePath.optional(),
  METERR_BEHIND_TLS_PROXY: flag.default(false),
  METERR_TRUSTED_PROXIES: listOf(network).default([]),
  METERR_ALLOWED_DESTINATIONS: listOf(origin).default([]),
  METERR_UID_BASE: userNumber.default(defaultUidBase),
  METERR_LOG_LEVEL: z.enum(logLevels, { error: `must be one of ${logLevels.join(", ")}` }).default("info"),
});

export interface ServerSettings {
  home: string | undefined;
  /** A server of the operator's own, as its administrator; undefined for the embedded one. */
  database: DatabaseSettings | undefined;
  /** 32 bytes in base64url. */
  kek: string | undefined;
  kekFile: string | undefined;
  host: string;
  publicUrl: string;
  /** Where applications reach the gateway, when that cannot be told from the rest: behind a proxy. */
  gatewayUrl: string | undefined;
  gatewayPort: number;
  dashboardPort: number;
  sandboxPort: number;
  tls: { certFile: string; keyFile: string } | null;
  behindTlsProxy: boolean;
  /** Addresses or networks whose forwarded headers are believed. */
  trustedProxies: string[];
  /** Exact origins permitted as provider destinations beyond the providers' own. */
  allowedDestinations: string[];
  /** Started as root: the first of the numbers the processes run under. */
  uidBase: number;
  logLevel: (typeof logLevels)[number];
}

/** One thing that is wrong, and how to mend it. */
export interface SettingProblem {
  variable: string;
  problem: string;
}

/**
 * Reads the server settings from the environment.
 * @throws CliError `settings_invalid` naming every problem at once; values are never repeated.
 */
export function readServerSettings(env: Readonly<Record<string, string | undefined>>): ServerSettings {
  const given = Object.fromEntries(
    Object.keys(variables.shape).flatMap((name) => (env[name] ? [[name, env[name]]] : [])),
  );
  const parsed = variables.safeParse(given);
  if (!parsed.success) {
    throw settingsInvalid(
      parsed.error.issues.map((issue) => ({ variable: String(issue.path[0]), problem: issue.message })),
    );
  }
  const problems = [...contradictions(parsed.data)];
  if (problems.length > 0) throw settingsInvalid(problems);
  return toSettings(parsed.data);
}

type Variables = z.output<typeof variables>;

function* contradictions(read: Variables): Generator<SettingProblem> {
  if (read.METERR_KEK !== undefined && read.METERR_KEK_FILE !== undefined) {
    yield { variable: "METERR_KEK", problem: "is set together with METERR_KEK_FILE: keep one of them" };
  }
  if ((read.METERR_TLS_CERT === undefined) !== (read.METERR_TLS_KEY === undefined)) {
    const missing = read.METERR_TLS_CERT === undefined ? "METERR_TLS_CERT" : "METERR_TLS_KEY";
    yield { variable: missing, problem: "is missing: TLS needs METERR_TLS_CERT and METERR_TLS_KEY together" };
  }
  const ports = [
    ["METERR_GATEWAY_PORT", read.METERR_GATEWAY_PORT],
    ["METERR_DASHBOARD_PORT", read.METERR_DASHBOARD_PORT],
    ["METERR_SANDBOX_PORT", read.METERR_SANDBOX_PORT],
  ] as const;
  for (const [index, [variable, value]] of ports.entries()) {
    const same = ports.slice(0, index).find((other) => other[1] === value);
    if (same !== undefined) yield { variable, problem: `is the same port as ${same[0]}: give each its own` };
  }
  if (isLoopback(read.METERR_HOST)) return;
  const ownTls = read.METERR_TLS_CERT !== undefined && read.METERR_TLS_KEY !== undefined;
  if (!ownTls && !read.METERR_BEHIND_TLS_PROXY) {
    yield {
      variable: "METERR_HOST",
      problem:
        "reaches beyond this machine without TLS: set METERR_TLS_CERT and METERR_TLS_KEY, or METERR_BEHIND_TLS_PROXY=true when a proxy ends TLS in front of Meterr",
    };
  }
  if (read.METERR_PUBLIC_URL === undefined) {
    yield {
      variable: "METERR_PUBLIC_URL",
      problem: "is missing: METERR_HOST reaches beyond this machine, so say the address people type",
    };
  } else if (read.METERR_PUBLIC_URL.startsWith("http:") && !isLoopback(new URL(read.METERR_PUBLIC_URL).hostname)) {
    yield { variable: "METERR_PUBLIC_URL", problem: "must begin with https:// because others reach it over a network" };
  }
}

function toSettings(read: Variables): ServerSettings {
  const tls =
    read.METERR_TLS_CERT !== undefined && read.METERR_TLS_KEY !== undefined
      ? { certFile: read.METERR_TLS_CERT, keyFile: read.METERR_TLS_KEY }
      : null;
  const scheme = tls === null ? "http" : "https";
  return {
    home: read.METERR_HOME,
    database: read.METERR_DATABASE_URL,
    kek: read.METERR_KEK,
    kekFile: read.METERR_KEK_FILE,
    host: read.METERR_HOST,
    publicUrl: read.METERR_PUBLIC_URL ?? `${scheme}://localhost:${read.METERR_DASHBOARD_PORT}`,
    gatewayUrl: read.METERR_GATEWAY_URL,
    gatewayPort: read.METERR_GATEWAY_PORT,
    dashboardPort: read.METERR_DASHBOARD_PORT,
    sandboxPort: read.METERR_SANDBOX_PORT,
    tls,
    behindTlsProxy: read.METERR_BEHIND_TLS_PROXY,
    trustedProxies: read.METERR_TRUSTED_PROXIES,
    allowedDestinations: read.METERR_ALLOWED_DESTINATIONS,
    uidBase: read.METERR_UID_BASE,
    logLevel: read.METERR_LOG_LEVEL,
  };
}

function settingsInvalid(problems: readonly SettingProblem[]): CliError {
  const lines = problems.map(({ variable, problem }) => `  ${variable} ${problem}.`);
  const count = problems.length === 1 ? "One setting needs" : `${problems.length} settings need`;
  return new CliError("settings_invalid", `${count} attention:\n${lines.join("\n")}`, {
    next: "Change the environment and run the command again.",
  });
}
