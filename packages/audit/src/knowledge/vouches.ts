import { wordsOf } from "./names.ts";

const NOUNS: ReadonlyMap<string, string> = new Map(
  "team workspace tenant account company project site store shop board space group club environment"
    .split(" ")
    .map((noun) => [noun, noun] as const),
)
  .set("org", "org")
  .set("organization", "org")
  .set("organisation", "org");

/**
 * What a guard that is not seen may have looked at, by its name: `ProjectAccessGuard` at the project that is named,
 * `OwnerGuard` at whatever is asked for. The name of the fact that says so.
 */
export function scopeFact(name: string): string {
  for (const word of wordsOf(name)) {
    const noun = NOUNS.get(word);
    if (noun !== undefined) return `opaque:scope:${noun}`;
  }
  return "opaque:scope";
}

/** The nouns a procedure's or wrapper's name says it has looked at: `teamProcedure`, `withWorkspace`. */
export function nounsOf(names: readonly string[]): readonly string[] {
  return names.flatMap(wordsOf).flatMap((word) => {
    const noun = NOUNS.get(word);
    return noun === undefined ? [] : noun === "org" ? ["org", "organization", "organisation"] : [noun];
  });
}
