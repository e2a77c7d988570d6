import { peerMissing } from "../webhooks/peer-library.ts";
import type { StoredLimiter } from "./stored-rate-limiter.ts";

/** What is used of the package rate-limiter-flexible. */
export interface FlexibleLibrary {
  readonly RateLimiterPostgres: new (options: FlexibleOptions) => StoredLimiter & {
    clearExpired(before: number): Promise<void>;
  };
  readonly RateLimiterRedis: new (options: FlexibleOptions) => StoredLimiter;
}

/** The options used, of those the package knows. */
export interface FlexibleOptions {
  readonly storeClient: unknown;
  readonly keyPrefix: string;
  readonly points: number;
  readonly duration: number;
  readonly inMemoryBlockOnConsumed: number;
  readonly storeType?: string;
  readonly schemaName?: string;
  readonly tableName?: string;
  readonly tableCreated?: boolean;
  readonly clearExpiredByTimeout?: boolean;
  readonly rejectIfRedisNotReady?: boolean;
  readonly useRedisPackage?: boolean;
}

/** The optional peer. Rejects with RuntimeError `peer_missing`, which says what to install. */
export async function loadFlexible(user: string): Promise<FlexibleLibrary> {
  // Inside a try, bundlers take the import for optional.
  try {
    // Its own types leave out what is used of it.
    return (await import("rate-limiter-flexible")) as unknown as FlexibleLibrary;
  } catch (cause) {
    throw peerMissing(user, "rate-limiter-flexible", cause);
  }
}
