import type { ServerSettings } from "./server-settings.ts";

/**
 * Host names (without port) a listener answers to; anything else in the Host header is refused,
 * which is what stops DNS rebinding.
 */
export function allowedHosts(settings: Pick<ServerSettings, "host" | "publicUrl" | "gatewayUrl">): string[] {
  const hosts = new Set(["localhost", "127.0.0.1", "[::1]", new URL(settings.publicUrl).hostname]);
  if (settings.gatewayUrl !== undefined) hosts.add(new URL(settings.gatewayUrl).hostname);
  if (settings.host !== "0.0.0.0" && settings.host !== "::") {
    hosts.add(settings.host.includes(":") ? `[${settings.host}]` : settings.host.toLowerCase());
  }
  return [...hosts];
}
