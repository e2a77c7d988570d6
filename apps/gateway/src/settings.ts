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

const milliseconds = (fallback: number) => z.int().min(1).max(86_400_000).default(fallback);

/** What one gateway process is told at its start. Times in milliseconds, sizes in bytes. */
export const gatewaySettings = z.strictObject({
  slot: z.string().min(1).max(120),
  instanceId: z.uuid(),
  host: z.string().min(1),
  port: z.int().min(0).max(65535),
  /** Host header values answered, without port; an empty list answers loopback names only. */
  allowedHosts: z.array(z.string()),
  database,
  kek: z.string().min(1),
  keystoreDir: z.string().min(1),
  /** Where signed heads of audit logs are kept, outside the database. */
  auditHeadsDir: z.string().min(1),
  runDir: z.string().min(1),
  sandboxOrigin: z.url().nullable(),
  /** Exact origins that may hold a provider besides the providers' own. */
  allowedDestinations: z.array(z.url()),
  trustedProxies: z.array(z.string()),
  tls: z.strictObject({ certFile: z.string(), keyFile: z.string() }).nullable(),
  logLevel: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  /** One request body. The providers' own limits lie at 20–32 MB. */
  maxBodyBytes: z
    .int()
    .positive()
    .default(32 * 1024 * 1024),
  /** One plain response that is read for its usage block; a longer one is charged at its reservation. */
  maxResponseBytes: z
    .int()
    .positive()
    .default(64 * 1024 * 1024),
  /** Long: a provider may think for minutes before the first byte. */
  upstreamHeadersTimeout: milliseconds(600_000),
  /** Silence inside a response body. */
  upstreamIdleTimeout: milliseconds(120_000),
  /** A client that has not sent the head of its request by then is cut off: slow-loris costs a socket, no more. */
  clientHeadersTimeout: milliseconds(10_000),
  /** A whole request, body included. */
  clientRequestTimeout: milliseconds(120_000),
  /** A client that takes none of its answer for so long counts as gone. */
  clientStallTimeout: milliseconds(120_000),
  /** How long the provider is listened to after the client has gone. */
  drainTimeout: milliseconds(60_000),
  /** How long a stream of a revoked key is listened to, for its usage. */
  revokedDrainTimeout: milliseconds(2_000),
  /** How long running calls may finish after SIGTERM. */
  shutdownTimeout: milliseconds(10_000),
  /** Silence after which another gateway counts as dead and its calls are charged at their reservation. */
  recoverySilence: milliseconds(15_000),
  revocationHeartbeat: milliseconds(250),
  /** Age of the last successful heartbeat beyond which a call asks the database or is refused. */
  revocationStaleAfter: milliseconds(750),
});

export type GatewaySettings = z.infer<typeof gatewaySettings>;

/** Settings were refused; the message names each field and is safe to print. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/** Validates settings read from elsewhere. Throws SettingsError naming the fields, never their values. */
export function parseSettings(text: string): GatewaySettings {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new SettingsError("gateway settings are not JSON; start the gateway with `npx meterr up`");
  }
  const parsed = gatewaySettings.safeParse(json);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join(".") || "settings"}: ${issue.code}`);
    throw new SettingsError(`gateway settings refused: ${problems.join("; ")}`);
  }
  return parsed.data;
}

/** Reads the settings document from an inherited descriptor, so that no credential stands in the environment. */
export function readSettings(descriptor: number): GatewaySettings {
  let text: string;
  try {
    text = readFileSync(descriptor, "utf8");
  } catch {
    throw new SettingsError(
      `no settings on descriptor ${descriptor}; the gateway is started by \`npx meterr up\`, which hands them over`,
    );
  }
  return parseSettings(text);
}
