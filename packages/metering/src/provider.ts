export type Provider = "openai" | "anthropic" | "google";

export type Endpoint =
  | "chat.completions"
  | "responses"
  | "embeddings"
  | "messages"
  | "count_tokens"
  | "generateContent"
  | "streamGenerateContent"
  | "countTokens"
  | "models";

export function isProvider(value: unknown): value is Provider {
  return value === "openai" || value === "anthropic" || value === "google";
}
