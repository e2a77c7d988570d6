import type { Provider } from "../api/answers.ts";

export const PROVIDERS: readonly Provider[] = ["openai", "anthropic", "google"];

export const PROVIDER_NAMES: Readonly<Record<Provider, string>> = {
  openai: "OpenAI",
  anthropic: "Anthropic",
  google: "Google",
};
