import { MeteringError } from "./errors.ts";

/**
 * Every token of a call stands in exactly one bucket:
 * - `input` text that was neither read from nor written to a cache, `cache_read`, `cache_write_5m` (also providers
 *   with a single kind of cache write), `cache_write_1h`, `audio_in`, `image_in`;
 * - `output` visible text, `reasoning`, `audio_out`.
 * What has no bucket of its own (image output, cached audio, web searches) is counted in `extra_units`.
 */
export const BUCKET_NAMES = [
  "input",
  "cache_read",
  "cache_write_5m",
  "cache_write_1h",
  "output",
  "reasoning",
  "audio_in",
  "audio_out",
  "image_in",
] as const;

export type BucketName = (typeof BUCKET_NAMES)[number];

export type Buckets = { readonly [Name in BucketName]: number } & {
  readonly extra_units: Readonly<Record<string, number>>;
};

/** Extra units that are tokens, and the side of the call they stand on. All others are counts of something. */
export const TOKEN_UNITS = {
  cache_read_audio: "input",
  cache_read_image: "input",
  video_in: "input",
  image_out: "output",
  video_out: "output",
} as const satisfies Record<string, "input" | "output">;

export type TokenUnit = keyof typeof TOKEN_UNITS;

function units(value: unknown, path: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw new MeteringError("usage_invalid", "A count is a whole number from zero to 2^53 - 1", path);
  }
  return value;
}

/** Fills what is missing with zero. @throws MeteringError `usage_invalid` for any other count or name. */
export function makeBuckets(counts: Partial<Record<BucketName, number>>, extra: Record<string, number> = {}): Buckets {
  const filled: Record<string, number> = {};
  for (const name of BUCKET_NAMES) filled[name] = units(counts[name] ?? 0, name);
  const extras: Record<string, number> = Object.create(null);
  for (const [name, count] of Object.entries(extra)) {
    if (!/^[a-z][a-z0-9_]{0,63}$/.test(name))
      throw new MeteringError("usage_invalid", "An extra unit has a plain name");
    if (units(count, `extra_units.${name}`) > 0) extras[name] = count;
  }
  return { ...(filled as { [Name in BucketName]: number }), extra_units: extras };
}

function tokenUnits(buckets: Buckets, side: "input" | "output"): number {
  let sum = 0;
  for (const [name, on] of Object.entries(TOKEN_UNITS)) if (on === side) sum += buckets.extra_units[name] ?? 0;
  return sum;
}

/** All tokens that went in, cached ones included: what long-context prices are decided by. */
export function inputTokens(buckets: Buckets): number {
  return (
    buckets.input +
    buckets.cache_read +
    buckets.cache_write_5m +
    buckets.cache_write_1h +
    buckets.audio_in +
    buckets.image_in +
    tokenUnits(buckets, "input")
  );
}

/** All tokens that came out, reasoning included. */
export function outputTokens(buckets: Buckets): number {
  return buckets.output + buckets.reasoning + buckets.audio_out + tokenUnits(buckets, "output");
}
