/**
 * Tokens of a text without an encoding's table: four characters a token for ASCII, as both Google and OpenAI give as
 * the rule of thumb, and 1.3 tokens for every other character, between common Chinese (under 1) and rare (about 2 in
 * o200k_base). An estimate, not a bound.
 */
export function roughCount(texts: readonly string[]): number {
  let ascii = 0;
  let other = 0;
  for (const text of texts) {
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code < 0x80) ascii++;
      // The second half of a surrogate pair is no character of its own.
      else if (code < 0xdc00 || code > 0xdfff) other++;
    }
  }
  return Math.ceil(ascii / 4 + other * 1.3);
}
