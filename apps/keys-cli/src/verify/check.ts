import type { KeyManifest } from "@meterr/runtime";
import type { Host } from "../host/host.ts";
import type { LockedModule } from "../lock/lock.ts";
import type { SourceGraph } from "../sources/source-graph.ts";

/**
 * - `ok`: as it must be;
 * - `problem`: not so, and `fix` says what to do;
 * - `unknown`: could not be told, and `detail` says why. Never reported as ok.
 * - `none`: the module has nothing of the kind.
 */
export type Verdict = "ok" | "problem" | "unknown" | "none";

export interface Answer {
  readonly verdict: Verdict;
  readonly detail: string;
  readonly fix?: string;
}

/** One module as it stands in the host. */
export interface Patient {
  readonly host: Host;
  readonly slug: string;
  /** Absolute. */
  readonly folder: string;
  /** Null: the host's own module, made with `keys new` or by hand. */
  readonly locked: LockedModule | null;
  readonly manifest: KeyManifest;
  readonly sources: SourceGraph;
  /** Variables that are set, in the environment or an env file; their values are not kept. */
  readonly envSet: ReadonlySet<string>;
  /** Text of .env.example; null when there is none. */
  readonly envExample: string | null;
}

export type Check = (patient: Patient) => Answer | Promise<Answer>;

export const ok = (detail: string): Answer => ({ verdict: "ok", detail });
export const none = (detail: string): Answer => ({ verdict: "none", detail });
export const problem = (detail: string, fix: string): Answer => ({ verdict: "problem", detail, fix });
export const unknown = (detail: string, fix?: string): Answer =>
  fix === undefined ? { verdict: "unknown", detail } : { verdict: "unknown", detail, fix };
