import { wordsOf } from "./names.ts";

/** Words by which rights are called that let somebody look: `project:read`, `ACCOUNT_VIEWER`. */
const TO_LOOK = new Set(
  "read reads readable readonly reader view views viewer list get show find see browse".split(" "),
);
const TO_CHANGE = new Set(
  (
    "write writes edit editor update updates change modify create add insert delete remove destroy manage manager set save " +
    "publish archive approve invite admin owner all full any share restore cancel assign transfer revoke deploy moderate " +
    "refund impersonate upload trigger reset enable disable"
  ).split(" "),
);
const TO_DO_MORE = new Set("export execute".split(" "));

/** A right by its words, lower case: to look and nothing beyond. */
export function isToLook(words: readonly string[]): boolean {
  return words.some((word) => TO_LOOK.has(word)) && !words.some((word) => TO_CHANGE.has(word));
}

/** The same of a right as it is written: of `view|share` and `projects.read` the last part says what one may do. */
export function isToLookAt(text: string): boolean {
  const said = text.replace(/[\w-]+(?:[|:./][\w-]+)+/g, (whole) => {
    const last = whole.slice(whole.search(/[^|:./]+$/));
    return wordsOf(last).some(isAction) ? last : whole;
  });
  return isToLook(wordsOf(said));
}

/** `update` in `check("members", "update")`: what one may do with something. */
export function isAction(word: string): boolean {
  return TO_LOOK.has(word) || TO_CHANGE.has(word) || TO_DO_MORE.has(word);
}
