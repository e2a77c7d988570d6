import type { DataKey } from "./data/data.ts";
import type { DeclaredEnvironment } from "./environment/declared-environment.ts";
import type { JobKey } from "./jobs/job.ts";
import type { KeyManifest } from "./manifest/key-manifest.ts";
import type { RouteKey } from "./route.ts";

/** What every KEY of a module has: a UI or an integration, as far as its module needs to know. */
export interface KeyPart {
  readonly definition: { readonly manifest: KeyManifest; readonly name?: string };
}

export interface KeyModuleParts {
  readonly manifest: KeyManifest;
  readonly routes?: readonly RouteKey[];
  readonly jobs?: readonly JobKey[];
  /** With it, every table of `key.json` must be made by one of these, be `job_runs`, or stand in `otherTables`. */
  readonly data?: readonly DataKey[];
  /** Tables the module uses and something else makes: its own plain SQL, the runtime (`webhook_claims`). */
  readonly otherTables?: readonly string[];
  readonly ui?: readonly KeyPart[];
  readonly integrations?: readonly KeyPart[];
  /** With it, every variable of `key.json` must have been asked for by now. */
  readonly environment?: DeclaredEnvironment;
  /** With it, the same sentences as in `key.json`, none more and none fewer. */
  readonly sideEffects?: readonly string[];
}
