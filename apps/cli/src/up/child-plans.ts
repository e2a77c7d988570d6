import { existsSync } from "node:fs";
import { join } from "node:path";
import { childEnvironment } from "../supervisor/child-environment.ts";
import type { ChildPlan } from "../supervisor/child-plan.ts";
import { dashboardSettings, gatewaySettings, sandboxHost, sandboxSettings, type Assembly } from "./child-settings.ts";

export interface Installation {
  /** The folder of the source tree. */
  root: string;
  /** The Node that runs the children. */
  node: string;
  env: Readonly<Record<string, string | undefined>>;
  uid: number | undefined;
}

/** Milliseconds: generous for a slow disk, short enough that a person does not give up first. */
const startWithin = 60_000;

/**
 * The plans of this machine's server processes in the order in which they are drained: first the
 * gateway, whose running calls cost money, then the dashboard, then the sandbox both may still use.
 */
export function childPlans(assembly: Assembly, installation: Installation): ChildPlan[] {
  const { settings } = assembly;
  const certFile = settings.tls?.certFile ?? null;
  const plan = (
    name: "gateway" | "dashboard" | "sandbox",
    settingsOf: unknown,
    host: string,
    port: number,
    certificate: string | null,
    drainWithin: number,
  ): ChildPlan => ({
    name,
    command: installation.node,
    args: [mainOf(installation.root, name)],
    cwd: join(installation.root, "apps", name),
    // Starting is mostly compiling: kept from the last start, it takes half the time.
    env: { ...childEnvironment(installation.env), NODE_COMPILE_CACHE: join(assembly.paths.cache, name) },
    settings: settingsOf,
    health: { host, port, certFile: certificate },
    account: assembly.separation.accounts?.[name],
    logFile: join(assembly.paths.logs, `${name}.log`),
    startWithin,
    drainWithin,
  });
  return [
    plan("gateway", gatewaySettings(assembly), settings.host, settings.gatewayPort, certFile, 10_000),
    plan("dashboard", dashboardSettings(assembly), settings.host, settings.dashboardPort, certFile, 5_000),
    plan("sandbox", sandboxSettings(assembly), sandboxHost, settings.sandboxPort, null, 2_000),
  ].filter(({ name }) => existsSync(mainOf(installation.root, name)));
}

function mainOf(root: string, app: string): string {
  return join(root, "apps", app, "src", "main.ts");
}
