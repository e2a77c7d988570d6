/**
 * The most output tokens of one choice, thinking included, for well-known models, from the providers' model pages
 * (platform.openai.com/docs/models, ai.google.dev/gemini-api/docs/models); the price catalogue does not hold them.
 * Written by hand, so to be checked against those pages when a row is added: a figure too low would let a call outgrow
 * its reservation. Models not listed are bounded by their context window. Claude needs no rows, since its `max_tokens` is required.
 */
const LIMITS: readonly (readonly [RegExp, number])[] = [
  [/^gpt-3\.5-turbo(-0125|-1106)?$/, 4_096],
  [/^gpt-4-(turbo|1106-preview|0125-preview|vision-preview)/, 4_096],
  [/^gpt-4o-2024-05-13$/, 4_096],
  [/^gpt-4o(-mini)?(-\d{4}-\d{2}-\d{2})?$/, 16_384],
  [/^chatgpt-4o-latest$/, 16_384],
  [/^gpt-4\.1(-mini|-nano)?(-\d{4}-\d{2}-\d{2})?$/, 32_768],
  [/^(o1|o1-pro|o3|o3-mini|o3-pro|o4-mini)(-\d{4}-\d{2}-\d{2})?$/, 100_000],
  [/^gpt-5(\.[12])?(-mini|-nano|-codex)?(-\d{4}-\d{2}-\d{2})?$/, 128_000],
  [/^gemini-(1\.5|2\.0)-(pro|flash|flash-lite|flash-8b)(-\d{3}|-latest)?$/, 8_192],
  [/^gemini-2\.5-(pro|flash|flash-lite)$/, 65_536],
  [/^gemini-3(\.\d)?-(pro|flash)(-preview)?$/, 65_536],
];

/** Null when the table does not know the model. */
export function knownOutputLimit(model: string): number | null {
  const name = model.toLowerCase();
  for (const [pattern, limit] of LIMITS) if (pattern.test(name)) return limit;
  return null;
}
