import type { DataKey } from "./data/data.ts";
import type { JobKey } from "./jobs/job.ts";
import type { KeyModuleParts, KeyPart } from "./key-parts.ts";
import { agreeWithParts } from "./manifest/agree-with-parts.ts";
import type { KeyManifest } from "./manifest/key-manifest.ts";
import type { RouteKey } from "./route.ts";

/** A capability a host mounts: its manifest and everything that manifest declares. */
export interface KeyModule {
  readonly manifest: KeyManifest;
  readonly routes: readonly RouteKey[];
  readonly jobs: readonly JobKey[];
  readonly data: readonly DataKey[];
  readonly ui: readonly KeyPart[];
  readonly integrations: readonly KeyPart[];
  /** What `key.json` declares and no part handed in vouches for, a sentence each with the fix. Empty: proved. */
  readonly unproved: readonly string[];
}

/**
 * Joins a manifest and its parts. What is in the code must be in `key.json`, and what is in `key.json` must be in the
 * code: routes and jobs always; tables, environment and side effects when the parts that vouch for them are handed in.
 * Throws RuntimeError `manifest_disagrees`, whose message says the fix.
 */
export function keyModule(parts: KeyModuleParts): KeyModule {
  const unproved = agreeWithParts(parts);
  const { manifest, routes = [], jobs = [], data = [], ui = [], integrations = [] } = parts;
  return Object.freeze({
    manifest,
    routes: Object.freeze([...routes]),
    jobs: Object.freeze([...jobs]),
    data: Object.freeze([...data]),
    ui: Object.freeze([...ui]),
    integrations: Object.freeze([...integrations]),
    unproved: Object.freeze(unproved),
  });
}
