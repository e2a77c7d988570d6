import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { CliError } from "../errors.ts";
import type { ServerSettings } from "../settings/server-settings.ts";

interface Listener {
  name: string;
  host: string;
  port: number;
  variable: string;
}

/** Every address this machine's processes will listen on. */
export function listeners(settings: ServerSettings): Listener[] {
  return [
    { name: "gateway", host: settings.host, port: settings.gatewayPort, variable: "METERR_GATEWAY_PORT" },
    { name: "dashboard", host: settings.host, port: settings.dashboardPort, variable: "METERR_DASHBOARD_PORT" },
    { name: "sandbox", host: "127.0.0.1", port: settings.sandboxPort, variable: "METERR_SANDBOX_PORT" },
  ];
}

export interface PortOptions {
  /** Milliseconds to wait for a process that is just ending. */
  patience?: number;
  /** The processes run as users of their own, though this one is root. */
  separated?: boolean;
}

/**
 * Checks that each address can be listened on.
 * @throws CliError `port_in_use` naming every variable to change.
 */
export async function checkPorts(settings: ServerSettings, options: PortOptions = {}): Promise<void> {
  const { patience = 0, separated = false } = options;
  const deadline = performance.now() + patience;
  for (;;) {
    const problems = (
      await Promise.all(listeners(settings).map((listener) => problemWith(listener, separated)))
    ).filter((problem) => problem !== undefined);
    if (problems.length === 0) return;
    if (performance.now() >= deadline) {
      throw new CliError("port_in_use", problems.map(({ text }) => text).join("\n  "), {
        next: `Stop what listens there, or set ${problems.map(({ variable }) => variable).join(" and ")} to something free.`,
      });
    }
    await delay(100);
  }
}

async function problemWith(
  listener: Listener,
  separated: boolean,
): Promise<{ text: string; variable: string } | undefined> {
  const { name, host, port, variable } = listener;
  if (separated && port < firstFreePort()) {
    return {
      text: `Port ${port}, which the ${name} needs, is reserved for root, and the ${name} runs as a user of its own.`,
      variable,
    };
  }
  const code = (await listenFailure(host, port)) ?? (host === "127.0.0.1" ? await otherLoopback(port) : undefined);
  if (code === undefined) return undefined;
  if (code === "EADDRINUSE") return { text: `Port ${port}, which the ${name} needs, is in use.`, variable };
  if (code === "EACCES") return { text: `Port ${port}, which the ${name} needs, is reserved for root.`, variable };
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return { text: `The ${name} cannot listen on ${host}: this machine has no such address.`, variable: "METERR_HOST" };
  }
  return { text: `The ${name} cannot listen on ${host} port ${port} (${code}).`, variable };
}

// Browsers try ::1 first for "localhost": a stranger there would be handed the printed address.
async function otherLoopback(port: number): Promise<string | undefined> {
  const code = await listenFailure("::1", port);
  return code === "EADDRINUSE" ? code : undefined;
}

/** Ports from here on are for every user. */
function firstFreePort(): number {
  try {
    return Number(readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8")) || 0;
  } catch {
    return 1_024;
  }
}

/** The error code of an attempt to listen, undefined when it succeeds. */
export function listenFailure(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "unknown"));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
