import type { IncomingHttpHeaders } from "node:http";
import type { Provider } from "./exchange.ts";
import { SandboxRefusal } from "./provider-error.ts";

/** A credential that starts with one of these is refused as the provider refuses a wrong one. Each fits a provider's own form. */
export const INVALID_CREDENTIAL_PREFIXES: readonly string[] = [
  "sandbox-invalid-",
  "sk-invalid-",
  "sk-ant-invalid-",
  "AIzaInvalid",
];

/** The credential in the provider's own header, or null. Google's `key` query parameter is deliberately not read. */
export function presentedCredential(provider: Provider, headers: IncomingHttpHeaders): string | null {
  const own =
    provider === "anthropic" ? headers["x-api-key"] : provider === "google" ? headers["x-goog-api-key"] : undefined;
  if (typeof own === "string" && own.trim() !== "") return own.trim();
  if (provider === "google") return null;
  const match = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? "");
  return match?.[1] ?? null;
}

/**
 * Refuses a missing credential with 401 and an invalid one as the provider does: 401 for OpenAI and Anthropic,
 * and for Google 400 with reason `API_KEY_INVALID`, which is how the Gemini API really answers.
 */
export function checkCredential(provider: Provider, credential: string | null): asserts credential is string {
  if (credential === null)
    throw new SandboxRefusal(401, MISSING[provider], provider === "google" ? "CREDENTIALS_MISSING" : null);
  if (!INVALID_CREDENTIAL_PREFIXES.some((prefix) => credential.startsWith(prefix))) return;
  if (provider === "openai")
    throw new SandboxRefusal(401, `Incorrect API key provided: ${fragment(credential)}.`, "invalid_api_key");
  if (provider === "anthropic") throw new SandboxRefusal(401, "invalid x-api-key");
  throw new SandboxRefusal(400, "API key not valid. Please pass a valid API key.", "API_KEY_INVALID");
}

const MISSING: Record<Provider, string> = {
  openai:
    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth.",
  anthropic: "x-api-key header is required",
  google: "Request is missing required authentication credential.",
};

/** OpenAI echoes the first eight and last four characters of a wrong credential; so does this, so that leaks show in tests. */
function fragment(credential: string): string {
  return `${credential.slice(0, 8)}${"*".repeat(Math.max(4, Math.min(32, credential.length - 12)))}${credential.slice(-4)}`;
}
