export type ProviderName = "openai" | "anthropic" | "google";

export interface AskOptions {
  readonly stream?: boolean;
  /** Most output tokens; 64 unless given. */
  readonly maxTokens?: number;
}

/** One provider's plainest generating call, as its own SDK would send it. */
export interface ProviderShape {
  readonly provider: ProviderName;
  readonly model: string;
  path(stream: boolean): string;
  headers(credential: string): Record<string, string>;
  body(text: string, options?: AskOptions): Record<string, unknown>;
  /** Where the error's stable code stands in the provider's own error shape. */
  errorCode(body: unknown): unknown;
}

const json = { "content-type": "application/json" };
const at = (value: unknown, ...path: (string | number)[]): unknown =>
  path.reduce<unknown>(
    (inner, name) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, name) : undefined),
    value,
  );

export const openaiShape: ProviderShape = {
  provider: "openai",
  model: "gpt-4o-mini",
  path: () => "/openai/v1/chat/completions",
  headers: (credential) => ({ ...json, authorization: `Bearer ${credential}` }),
  body: (text, options = {}) => ({
    model: "gpt-4o-mini",
    max_tokens: options.maxTokens ?? 64,
    messages: [{ role: "user", content: text }],
    ...(options.stream === true ? { stream: true } : {}),
  }),
  errorCode: (body) => at(body, "error", "code"),
};

export const anthropicShape: ProviderShape = {
  provider: "anthropic",
  model: "claude-haiku-4-5",
  path: () => "/anthropic/v1/messages",
  headers: (credential) => ({ ...json, "x-api-key": credential, "anthropic-version": "2023-06-01" }),
  body: (text, options = {}) => ({
    model: "claude-haiku-4-5",
    max_tokens: options.maxTokens ?? 64,
    messages: [{ role: "user", content: text }],
    ...(options.stream === true ? { stream: true } : {}),
  }),
  errorCode: (body) => /\[(\w+)\]$/.exec(String(at(body, "error", "message")))?.[1],
};

export const googleShape: ProviderShape = {
  provider: "google",
  model: "gemini-2.5-flash",
  path: (stream) =>
    `/google/v1beta/models/gemini-2.5-flash:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
  headers: (credential) => ({ ...json, "x-goog-api-key": credential }),
  body: (text, options = {}) => ({
    contents: [{ role: "user", parts: [{ text }] }],
    generationConfig: { maxOutputTokens: options.maxTokens ?? 64 },
  }),
  errorCode: (body) => at(body, "error", "details", 0, "reason"),
};

export const providerShapes: readonly ProviderShape[] = [openaiShape, anthropicShape, googleShape];

/** Sends one such call. */
export function ask(
  origin: string,
  shape: ProviderShape,
  credential: string,
  text: string,
  options: AskOptions & { signal?: AbortSignal } = {},
): Promise<Response> {
  return fetch(`${origin}${shape.path(options.stream ?? false)}`, {
    method: "POST",
    headers: shape.headers(credential),
    body: JSON.stringify(shape.body(text, options)),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}
