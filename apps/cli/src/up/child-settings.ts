import type { DatabaseSettings, LoginRole } from "@meterr/database";
import type { Separation } from "../separation/decide-separation.ts";
import type { TlsFiles } from "../separation/hand-over-tls.ts";
import type { HomePaths } from "../home/paths.ts";
import { allowedHosts } from "../settings/allowed-hosts.ts";
import type { ServerSettings } from "../settings/server-settings.ts";
import { reachable } from "../supervisor/await-healthy.ts";

/** What every child's settings are made from. */
export interface Assembly {
  settings: ServerSettings;
  paths: HomePaths;
  instanceId: string;
  /** 32 bytes in base64url. */
  kek: string;
  authSecret: string;
  databaseAs: (role: LoginRole) => DatabaseSettings;
  separation: Separation;
  /** The certificate as each process can read it; null without TLS. */
  tls: { gateway: TlsFiles; dashboard: TlsFiles } | null;
}

export const sandboxHost = "127.0.0.1";

/** The only settings that hold the KEK. */
export function gatewaySettings({ settings, paths, instanceId, kek, databaseAs, tls }: Assembly) {
  return {
    slot: "gateway-1",
    instanceId,
    host: settings.host,
    port: settings.gatewayPort,
    allowedHosts: allowedHosts(settings),
    database: databaseAs("meterr_gateway"),
    kek,
    keystoreDir: paths.keystore,
    auditHeadsDir: paths.auditHeads,
    runDir: paths.keyServiceFolder,
    sandboxOrigin: sandboxOrigin(settings),
    allowedDestinations: settings.allowedDestinations,
    trustedProxies: settings.trustedProxies,
    tls: tls?.gateway ?? null,
    logLevel: settings.logLevel,
  };
}

/** Can seal, cannot open: neither KEK nor keystore is here. */
export function dashboardSettings({ settings, paths, instanceId, authSecret, databaseAs, tls }: Assembly) {
  return {
    instanceId,
    host: settings.host,
    port: settings.dashboardPort,
    publicUrl: settings.publicUrl,
    allowedHosts: allowedHosts(settings),
    database: databaseAs("meterr_dashboard"),
    identityDatabase: databaseAs("meterr_identity"),
    authSecret,
    keyServiceSocket: paths.keyServiceSocket,
    gatewayUrl: gatewayUrl(settings),
    sandboxOrigin: sandboxOrigin(settings),
    allowedDestinations: settings.allowedDestinations,
    trustedProxies: settings.trustedProxies,
    tls: tls?.dashboard ?? null,
    behindTlsProxy: settings.behindTlsProxy,
    logLevel: settings.logLevel,
  };
}

export function sandboxSettings({ settings, paths }: Assembly) {
  return { host: sandboxHost, port: settings.sandboxPort, ledger_file: paths.sandboxLedger };
}

export function sandboxOrigin(settings: ServerSettings): string {
  return `http://${sandboxHost}:${settings.sandboxPort}`;
}

/** Where applications reach the gateway: as the operator says, else the public host with the gateway's port. */
export function gatewayUrl(settings: ServerSettings): string {
  if (settings.gatewayUrl !== undefined) return settings.gatewayUrl;
  const url = new URL(settings.publicUrl);
  const local = settings.tls === null && !settings.behindTlsProxy;
  if (local)
    return `http://${reachable(settings.host).includes(":") ? `[${reachable(settings.host)}]` : reachable(settings.host)}:${settings.gatewayPort}`;
  url.port = String(settings.gatewayPort);
  return url.origin;
}
