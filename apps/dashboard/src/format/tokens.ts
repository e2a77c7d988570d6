/** Disjoint buckets by name, in the order people read them. */
export const BUCKETS: readonly (readonly [string, string, "in" | "out"])[] = [
  ["input", "Input", "in"],
  ["cache_read", "Read from the cache", "in"],
  ["cache_write_5m", "Written to the cache, 5 minutes", "in"],
  ["cache_write_1h", "Written to the cache, 1 hour", "in"],
  ["audio_in", "Audio in", "in"],
  ["image_in", "Image in", "in"],
  ["output", "Output", "out"],
  ["reasoning", "Reasoning", "out"],
  ["audio_out", "Audio out", "out"],
];

/** Sums of an event's buckets. */
export function tokensOf(usage: Readonly<Record<string, number>>): { in: number; out: number; total: number } {
  const sum = (side: "in" | "out"): number =>
    BUCKETS.reduce((total, [bucket, , of]) => (of === side ? total + (usage[bucket] ?? 0) : total), 0);
  const [into, out] = [sum("in"), sum("out")];
  return { in: into, out, total: into + out };
}
