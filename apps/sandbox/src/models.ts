import type { Provider, Reply } from "./exchange.ts";
import { SandboxRefusal } from "./provider-error.ts";

/** Models listed. Any other name is answered too; `missing-…` names a model the provider does not know. */
export const LISTED_MODELS: Record<Provider, readonly string[]> = {
  openai: [
    "gpt-5.5",
    "gpt-5.4",
    "gpt-5.4-mini",
    "gpt-5",
    "gpt-5-mini",
    "gpt-5-nano",
    "gpt-4.1",
    "gpt-4.1-mini",
    "gpt-4o",
    "gpt-4o-mini",
    "o3",
    "o4-mini",
    "text-embedding-3-small",
    "text-embedding-3-large",
  ],
  anthropic: [
    "claude-opus-5-5",
    "claude-sonnet-5",
    "claude-opus-5",
    "claude-opus-4-8",
    "claude-sonnet-4-6",
    "claude-haiku-4-5",
  ],
  google: ["gemini-3.1-pro-preview", "gemini-3.5-flash", "gemini-2.5-pro", "gemini-2.5-flash", "gemini-2.5-flash-lite"],
};

/** Creation time of every listed model: fixed, so that answers are deterministic. */
const CREATED = Date.UTC(2025, 0, 1);

/** Throws SandboxRefusal 404 for a `missing-…` model, in the provider's words. */
export function checkModel(provider: Provider, model: string): void {
  if (!model.startsWith("missing-")) return;
  if (provider === "openai")
    throw new SandboxRefusal(
      404,
      `The model \`${model}\` does not exist or you do not have access to it.`,
      "model_not_found",
    );
  if (provider === "anthropic") throw new SandboxRefusal(404, `model: ${model}`);
  throw new SandboxRefusal(404, `models/${model} is not found for API version v1beta.`);
}

export function listModels(provider: Provider): Reply {
  const models = LISTED_MODELS[provider].map((model) => described(provider, model));
  if (provider === "openai") return json({ object: "list", data: models });
  if (provider === "google") return json({ models });
  return json({
    data: models,
    has_more: false,
    first_id: LISTED_MODELS.anthropic[0],
    last_id: LISTED_MODELS.anthropic.at(-1),
  });
}

export function getModel(provider: Provider, model: string): Reply {
  checkModel(provider, model);
  return json(described(provider, model));
}

function described(provider: Provider, model: string): unknown {
  if (provider === "openai") return { id: model, object: "model", created: CREATED / 1000, owned_by: "sandbox" };
  if (provider === "anthropic") return describedAnthropic(model);
  return {
    name: `models/${model}`,
    version: "001",
    displayName: `${model} (simulated)`,
    description: "Simulated by the sandbox",
    inputTokenLimit: 1_048_576,
    outputTokenLimit: 65_536,
    supportedGenerationMethods: ["generateContent", "countTokens"],
    temperature: 1,
    topP: 0.95,
    topK: 64,
  };
}

function describedAnthropic(model: string): unknown {
  return {
    type: "model",
    id: model,
    display_name: `${model} (simulated)`,
    created_at: new Date(CREATED).toISOString(),
    capabilities: null,
    deprecated_at: null,
    lifecycle: "active",
    line: null,
    max_input_tokens: 200_000,
    max_tokens: 64_000,
    retires_at: null,
  };
}

function json(value: unknown): Reply {
  return {
    kind: "whole",
    status: 200,
    headers: { "content-type": "application/json; charset=UTF-8" },
    body: JSON.stringify(value),
  };
}
