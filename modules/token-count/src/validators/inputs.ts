import { z } from "zod";

/** Unicode characters (code points) of one text. */
export const MOST_CHARACTERS = 100_000;

/** A character has at most two UTF-16 units, so most texts need no counting of their characters. */
function isShortEnough(text: string): boolean {
  if (text.length <= MOST_CHARACTERS) return true;
  if (text.length > 2 * MOST_CHARACTERS) return false;
  let characters = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    // A low surrogate behind a high one is the second half of a character.
    const before = index === 0 ? 0 : text.charCodeAt(index - 1);
    if (!(unit >= 0xdc00 && unit <= 0xdfff && before >= 0xd800 && before <= 0xdbff)) characters++;
  }
  return characters <= MOST_CHARACTERS;
}

export const countInput = z.strictObject({
  text: z.string().min(1).refine(isShortEnough),
  model: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$/),
  provider: z.enum(["openai", "anthropic", "google"]),
});
