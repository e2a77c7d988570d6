import type { Buckets } from "../buckets.ts";
import type { Surcharge } from "../cost.ts";

/** Scalars of a usage block, by dotted path: what an event keeps as `raw_usage`. */
export type RawUsage = Readonly<Record<string, number | string>>;

/** What a provider's answer says about itself. */
export interface Extraction {
  readonly modelServed: string | null;
  readonly upstreamId: string | null;
  /** Why the answer ended, in the provider's word (`stop`, `length`, `end_turn`, `MAX_TOKENS`, `completed`, …). */
  readonly finish: string | null;
  /** Null when the answer carries no usage block, or one that cannot be read. */
  readonly buckets: Buckets | null;
  readonly rawUsage: RawUsage | null;
  /** A surcharge the usage block reports (US-only inference). */
  readonly surcharge: Surcharge | null;
}
