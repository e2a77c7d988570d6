import type { Provider } from "../api/answers.ts";

export const PROVIDERS: readonly Provider[] = ["openai", "anthropic", "google"];

export const PROVIDER_NAMES: Readonly<Record<Provider, string>> = {
  openai: "OpenAI",
  anthropic: "Anthropic",
  google: "Google",
};

export function isProvider(text: string): text is Provider {
  return PROVIDERS.some((provider) => provider === text);
}

const FAMILIES: readonly (readonly [RegExp, Provider])[] = [
  [/^(?:ft:)?(?:gpt|chatgpt|o\d|text-|tts|whisper|dall-e|codex|davinci|babbage|omni)/i, "openai"],
  [/^claude/i, "anthropic"],
  [/^(?:models\/)?(?:gemini|gemma|imagen|veo)/i, "google"],
];

/** Whose colour a model takes. A guess by its name, good for colour alone; null when the name says nothing. */
export function providerOfModel(model: string): Provider | null {
  return FAMILIES.find(([family]) => family.test(model))?.[1] ?? null;
}
