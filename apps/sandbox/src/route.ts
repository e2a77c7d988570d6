import type { IncomingHttpHeaders } from "node:http";
import type { Provider } from "./exchange.ts";

export type Endpoint =
  | "chat.completions"
  | "responses"
  | "embeddings"
  | "messages"
  | "messages.count_tokens"
  | "generateContent"
  | "streamGenerateContent"
  | "countTokens"
  | "models.list"
  | "models.get";

export interface Route {
  provider: Provider;
  endpoint: Endpoint;
  method: "GET" | "POST";
  /** The model named in the path; null when the body names it. */
  model: string | null;
}

/** What a path means: a provider always, an endpoint when there is one. */
export type Located = { provider: Provider; route: Route | null };

const POST_ROUTES = new Map<string, [Provider, Endpoint]>([
  ["/v1/chat/completions", ["openai", "chat.completions"]],
  ["/v1/responses", ["openai", "responses"]],
  ["/v1/embeddings", ["openai", "embeddings"]],
  ["/v1/messages", ["anthropic", "messages"]],
  ["/v1/messages/count_tokens", ["anthropic", "messages.count_tokens"]],
]);

const GOOGLE_CALL = /^\/v1(?:beta)?\/models\/([^/:]+):(generateContent|streamGenerateContent|countTokens)$/;
const PREFIX = /^\/(openai|anthropic|google)(?=\/)/;

/** Provider and endpoint of a path (without query): by prefix, else by the shape of the route and its headers. */
export function locate(path: string, headers: IncomingHttpHeaders): Located {
  const prefix = PREFIX.exec(path);
  const named = prefix === null ? null : (prefix[1] as Provider);
  const rest = prefix === null ? path : path.slice(prefix[0].length);
  const post = POST_ROUTES.get(rest);
  if (post !== undefined && (named ?? post[0]) === post[0]) {
    return { provider: post[0], route: { provider: post[0], endpoint: post[1], method: "POST", model: null } };
  }
  const provider = named ?? providerByShape(rest, headers);
  return { provider, route: provider === "google" ? googleRoute(rest) : modelsRoute(provider, rest) };
}

function providerByShape(rest: string, headers: IncomingHttpHeaders): Provider {
  if (rest.startsWith("/v1beta/") || headers["x-goog-api-key"] !== undefined) return "google";
  if (
    rest.startsWith("/v1/messages") ||
    headers["anthropic-version"] !== undefined ||
    headers["x-api-key"] !== undefined
  )
    return "anthropic";
  return "openai";
}

function googleRoute(rest: string): Route | null {
  const call = GOOGLE_CALL.exec(rest);
  if (call === null) return modelsRoute("google", rest);
  return { provider: "google", endpoint: call[2] as Endpoint, method: "POST", model: decoded(call[1] ?? "") };
}

function modelsRoute(provider: Provider, rest: string): Route | null {
  const base = /^\/v1(?:beta)?\/models(?:\/([^/]+))?$/.exec(rest);
  if (base === null) return null;
  const model = base[1] === undefined ? null : decoded(base[1]);
  return { provider, endpoint: model === null ? "models.list" : "models.get", method: "GET", model };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
