import { keyModule, parseManifest, type KeyModule, type RuntimeHost } from "@meterr/runtime";
import { githubSecretScanning } from "@meterr/runtime/webhooks";
import manifestJson from "../key.json" with { type: "json" };
import { receiveAlerts } from "./handlers/receive-alerts.ts";
import type { RevokeLeaked } from "./leaked-token.ts";

export interface GithubSecretScanningModuleOptions {
  readonly host: RuntimeHost;
  readonly revoke: RevokeLeaked;
  /** Reads GitHub's public keys; hand in one that reaches `api.github.com` only. */
  readonly fetch: typeof fetch;
  /** A GitHub token without any scope raises the limit for reading them. */
  readonly token?: string;
  /** Milliseconds for all tokens of an alert, up to 29 s. Default 20 s: GitHub waits 30 for who gives feedback. */
  readonly timeoutMs?: number;
  /** Bytes of the largest alert taken, up to 8 MiB. Default 4 MiB. */
  readonly maxBodyBytes?: number;
}

/** The module's route, ready to mount. Throws a TypeError on unfit options, RuntimeError when key.json and the route disagree. */
export function createGithubSecretScanning(options: GithubSecretScanningModuleOptions): KeyModule {
  const { host, revoke, fetch, token } = options;
  const manifest = parseManifest(manifestJson);
  const auth = githubSecretScanning(token === undefined ? { fetch } : { fetch, token });
  const route = receiveAlerts({
    host,
    manifest,
    auth,
    revoke,
    globalReason: manifestJson.global_reason,
    timeoutMs: whole("timeoutMs", options.timeoutMs ?? 20_000, 29_000),
    maxBodyBytes: whole("maxBodyBytes", options.maxBodyBytes ?? 4 * 1024 * 1024, 8 * 1024 * 1024),
  });
  return keyModule({ manifest, routes: [route] });
}

function whole(name: string, value: number, most: number): number {
  if (!Number.isInteger(value) || value < 1 || value > most) throw new TypeError(`${name} must be 1 to ${most}.`);
  return value;
}
