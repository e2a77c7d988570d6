import type { Provider, Reply } from "./exchange.ts";

/** A refusal, thrown by any step and answered in the provider's own error shape. */
export class SandboxRefusal extends Error {
  override readonly name = "SandboxRefusal";
  readonly status: number;
  /** The provider's own code or reason, e.g. `invalid_api_key`; null takes the status's usual one. */
  readonly code: string | null;
  readonly param: string | null;
  /** The model asked for, when the refusal came after it was read. */
  model: string | null = null;

  constructor(status: number, message: string, code: string | null = null, param: string | null = null) {
    super(message);
    this.status = status;
    this.code = code;
    this.param = param;
  }
}

/** The refusal as the provider would send it. OpenAI and Anthropic error guides; google.rpc.Status for Google. */
export function refusalReply(provider: Provider, refusal: SandboxRefusal, requestId: string, asArray = false): Reply {
  const body = errorBody(provider, refusal, requestId);
  const headers: Record<string, string> = {
    "content-type": provider === "google" ? "application/json; charset=UTF-8" : "application/json",
  };
  if (refusal.status === 429 || refusal.status === 503 || refusal.status === 529) headers["retry-after"] = "1";
  return { kind: "whole", status: refusal.status, headers, body: JSON.stringify(asArray ? [body] : body) };
}

/** An error event inside a stream that already began with 200. */
export function errorFrame(provider: Provider, requestId: string): string {
  const refusal = new SandboxRefusal(
    provider === "anthropic" ? 529 : 500,
    "The sandbox was asked to fail in mid-stream.",
  );
  const data = JSON.stringify(errorBody(provider, refusal, requestId));
  return provider === "anthropic" ? `event: error\ndata: ${data}\n\n` : `data: ${data}\n\n`;
}

function errorBody(provider: Provider, refusal: SandboxRefusal, requestId: string): unknown {
  const { status, message, code, param } = refusal;
  switch (provider) {
    case "openai":
      return { error: { message, type: openaiType(status), param, code: code ?? openaiCode(status) } };
    case "anthropic":
      return { type: "error", error: { type: anthropicType(status), message }, request_id: requestId };
    case "google": {
      const details =
        code === null
          ? {}
          : {
              details: [
                { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: code, domain: "googleapis.com" },
              ],
            };
      return { error: { code: status, message, status: googleStatus(status), ...details } };
    }
  }
}

function openaiType(status: number): string {
  if (status === 429) return "rate_limit_error";
  if (status >= 500) return "server_error";
  return "invalid_request_error";
}

function openaiCode(status: number): string | null {
  if (status === 401) return "invalid_api_key";
  if (status === 429) return "rate_limit_exceeded";
  return null;
}

const ANTHROPIC_TYPES = new Map<number, string>([
  [400, "invalid_request_error"],
  [401, "authentication_error"],
  [402, "billing_error"],
  [403, "permission_error"],
  [404, "not_found_error"],
  [413, "request_too_large"],
  [429, "rate_limit_error"],
  [504, "timeout_error"],
  [529, "overloaded_error"],
]);

function anthropicType(status: number): string {
  return ANTHROPIC_TYPES.get(status) ?? (status >= 500 ? "api_error" : "invalid_request_error");
}

const GOOGLE_STATUSES = new Map<number, string>([
  [400, "INVALID_ARGUMENT"],
  [401, "UNAUTHENTICATED"],
  [403, "PERMISSION_DENIED"],
  [404, "NOT_FOUND"],
  [409, "ABORTED"],
  [429, "RESOURCE_EXHAUSTED"],
  [500, "INTERNAL"],
  [501, "UNIMPLEMENTED"],
  [503, "UNAVAILABLE"],
  [504, "DEADLINE_EXCEEDED"],
]);

function googleStatus(status: number): string {
  return GOOGLE_STATUSES.get(status) ?? (status >= 500 ? "INTERNAL" : "FAILED_PRECONDITION");
}
