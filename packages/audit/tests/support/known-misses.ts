import { readFileSync } from "node:fs";
import { z } from "zod";

const reasons = z.record(z.string(), z.string());
const document = z.strictObject({
  /** `<case> <path>:<line>`: why it is not found. */
  missed: reasons,
  /** `<case> <section>`: why it is reported all the same. */
  noise: reasons,
  /** Mutants that lose a guard and are not caught. */
  mutants: reasons,
  /** Safe handlers that are reported before anything was taken from them. */
  mutantNoise: reasons,
  /** Mutants that lose nothing an attacker could use, so that there is nothing to be caught. */
  equivalent: reasons,
});

export type KnownMisses = z.infer<typeof document>;

/** What the auditor is known not to do; anything beyond it fails the tests, and so does anything it has learnt since. */
export function knownMisses(): KnownMisses {
  return document.parse(JSON.parse(readFileSync(new URL("../cases/known-misses.json", import.meta.url), "utf8")));
}
