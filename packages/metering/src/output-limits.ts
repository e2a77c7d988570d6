/**
 * The most output tokens of one choice, for well-known models, from the providers' model pages (the price catalogue
 * does not hold them): platform.openai.com/docs/models, platform.claude.com/docs/en/about-claude/models/overview,
 * ai.google.dev/gemini-api/docs/models. First match wins, so the particular stands before the general.
 * A model not listed is bounded by its context window.
 */
const LIMITS: readonly (readonly [RegExp, number])[] = [
  [/^gpt-3\.5-turbo/, 4_096],
  [/^gpt-4-(turbo|1106|0125|vision)/, 4_096],
  [/^gpt-4-32k/, 32_768],
  [/^gpt-4(-\d{4})?$/, 8_192],
  [/^gpt-4o-(2024-05-13)/, 4_096],
  [/^gpt-4o(-mini)?(-\d{4}-\d{2}-\d{2})?$/, 16_384],
  [/^chatgpt-4o-latest$/, 16_384],
  [/^gpt-4\.1/, 32_768],
  [/^o1-mini/, 65_536],
  [/^o1-preview/, 32_768],
  [/^(o1|o1-pro|o3|o3-mini|o3-pro|o4-mini)(-\d{4}-\d{2}-\d{2})?$/, 100_000],
  [/^gpt-5(\.\d)?-chat/, 16_384],
  [/^gpt-5-pro/, 272_000],
  [/^gpt-5/, 128_000],
  [/^claude-3-(opus|sonnet|haiku)/, 4_096],
  [/^claude-3-5-/, 8_192],
  // 128,000 with the beta header for long output, which therefore is the bound.
  [/^claude-3-7-sonnet/, 128_000],
  [/^claude-opus-4(-0|-1|-20250514|$)/, 32_000],
  [/^claude-(opus-4-5|sonnet-4(-0|-5|-20250514|$)|haiku-4-5)/, 64_000],
  [/^claude-(opus|sonnet)-4-[6-9]/, 128_000],
  [/^gemini-(1\.5|2\.0)/, 8_192],
  [/^gemini-2\.5-(pro|flash|flash-lite)(-\d{3}|-preview.*)?$/, 65_536],
  [/^gemini-3(\.\d)?-(pro|flash)/, 65_536],
];

/** Null when the table does not know the model. */
export function knownOutputLimit(model: string): number | null {
  const name = model.toLowerCase();
  for (const [pattern, limit] of LIMITS) if (pattern.test(name)) return limit;
  return null;
}
