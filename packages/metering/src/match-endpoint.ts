import type { Endpoint, Provider } from "./provider.ts";

/** An endpoint that is known, and what the path says of it. `metered` is false where a call costs nothing. */
export interface EndpointMatch {
  readonly endpoint: Endpoint;
  /** Google names the model in the path; null elsewhere. */
  readonly model: string | null;
  readonly metered: boolean;
}

type Row = readonly [method: string, path: RegExp, endpoint: Endpoint, metered: boolean];

// A model's name is what the providers' own use: no slash, no escape, so the path cannot lead elsewhere.
const TABLE: Readonly<Record<Provider, readonly Row[]>> = {
  openai: [
    ["POST", /^\/chat\/completions$/, "chat.completions", true],
    ["POST", /^\/responses$/, "responses", true],
    ["POST", /^\/embeddings$/, "embeddings", true],
    ["GET", /^\/models(?:\/[\w.:-]{1,200})?$/, "models", false],
  ],
  anthropic: [
    ["POST", /^\/v1\/messages$/, "messages", true],
    ["POST", /^\/v1\/messages\/count_tokens$/, "count_tokens", false],
    ["GET", /^\/v1\/models(?:\/[\w.:-]{1,200})?$/, "models", false],
  ],
  google: [
    ["POST", /^\/v1(?:beta)?\/models\/([\w.-]{1,200}):generateContent$/, "generateContent", true],
    ["POST", /^\/v1(?:beta)?\/models\/([\w.-]{1,200}):streamGenerateContent$/, "streamGenerateContent", true],
    ["POST", /^\/v1(?:beta)?\/models\/([\w.-]{1,200}):countTokens$/, "countTokens", false],
    ["GET", /^\/v1(?:beta)?\/models(?:\/[\w.-]{1,200})?$/, "models", false],
  ],
};

/**
 * The closed table of endpoints. `path` is what follows the provider's base (`/openai/v1`, `/anthropic`, `/google`),
 * without the query. Null for all others: with a limit they are `not_metered`.
 */
export function matchEndpoint(provider: Provider, method: string, path: string): EndpointMatch | null {
  for (const [rowMethod, pattern, endpoint, metered] of TABLE[provider]) {
    if (rowMethod !== method) continue;
    const parts = pattern.exec(path);
    if (parts !== null) return { endpoint, model: parts[1] ?? null, metered };
  }
  return null;
}
