import { wordsOf } from "./names.ts";
import { isPerson, isTechnical } from "./people.ts";

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

const LOOKS = /^(?:load|fetch|find|with|resolve|attach|inject|populate|lookup|require|ensure|check|assert|enforce)$/;
/** Of whom, and not of what. */
const BESIDE =
  /^(?:roles?|access|members?|membership|owners?|ownership|admins?|permissions?|by|id|params?|exists|in|of|for|to|the|a|is|has|view|edit|read|write|manage|delete|update|create|user|current|me|auth|login|signed|logged|session|token|key|api|scope|plan|feature|limit|rate|quota|subscription|billing|request|webhook|signature|csrf|captcha|tenant|account|auth\w*|identity|signin|signup|verified|active|enabled|allowed|staff|internal|private|public|loggedin|signedin|super\w*)$/;

/** `loadClub`, `requireBoardRole`: which thing middleware that is not seen may have looked up for the caller; null for none. */
export function lookedAtBy(name: string): string | null {
  const [first = "", ...rest] = wordsOf(name);
  if (!LOOKS.test(first)) return null;
  const nouns = rest.filter((word) => !BESIDE.test(word) && !isTechnical(word) && !isPerson(word));
  return nouns.length === 1 || nouns.length === 2 ? nouns.join("") : null;
}

/** `FormGuard`, `NotePermissionGuard`: which thing a guard of the application's own may have looked at; null for none. */
export function guardedBy(name: string): string | null {
  const nouns = wordsOf(name.replace(/Guard$/, "")).filter(
    (word) => !BESIDE.test(word) && !OF_REQUESTS.test(word) && !isTechnical(word) && !isPerson(word),
  );
  return nouns.length === 1 || nouns.length === 2 ? nouns.join("") : null;
}
const OF_REQUESTS =
  /^(?:jwt|gql|graphql|http|ws|local|bearer|basic|passport|firebase|cookie|ip|origin|maintenance|optional|anonymous|throttler|google|github|refresh|oauth|openid|environment|panel)$/;
