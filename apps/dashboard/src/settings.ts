import { readFileSync } from "node:fs";
import { z } from "zod";

const database = z.strictObject({
  host: z.string().min(1),
  port: z.int().min(1).max(65535),
  database: z.string().min(1),
  user: z.string().min(1),
  password: z.string(),
  tls: z.union([z.literal(false), z.strictObject({ ca: z.string().exactOptional() })]),
});

/** What the dashboard process is told at its start. There is no KEK and no keystore in it: it can seal and cannot open. */
const dashboardSettings = z.strictObject({
  instanceId: z.uuid(),
  host: z.string().min(1),
  port: z.int().min(0).max(65535),
  publicUrl: z.url(),
  /** Host names answered, without port. */
  allowedHosts: z.array(z.string()),
  database,
  identityDatabase: database,
  authSecret: z.string().min(32),
  keyServiceSocket: z.string().min(1),
  gatewayUrl: z.url(),
  sandboxOrigin: z.url().nullable(),
  allowedDestinations: z.array(z.url()),
  trustedProxies: z.array(z.string()),
  tls: z.strictObject({ certFile: z.string(), keyFile: z.string() }).nullable(),
  behindTlsProxy: z.boolean(),
  logLevel: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  /** How long requests under way may finish after SIGTERM. Milliseconds. */
  shutdownTimeout: z.int().min(1).max(60_000).default(5_000),
});

export type DashboardSettings = z.infer<typeof dashboardSettings>;

/** Settings were refused; the message names each field and is safe to print. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/** Throws SettingsError naming the fields at fault, never their values. */
export function parseSettings(text: string): DashboardSettings {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new SettingsError("dashboard settings are not JSON; start the dashboard with `npx meterr up`");
  }
  const parsed = dashboardSettings.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".") || "settings"}: ${issue.code}`);
  throw new SettingsError(`dashboard settings refused: ${problems.join("; ")}`);
}

/** Reads the settings document from an inherited descriptor, so that no credential stands in the environment. */
export function readSettings(descriptor: number): DashboardSettings {
  let text: string;
  try {
    text = readFileSync(descriptor, "utf8");
  } catch {
    throw new SettingsError(`no settings on descriptor ${descriptor}; the dashboard is started by \`npx meterr up\``);
  }
  return parseSettings(text);
}
