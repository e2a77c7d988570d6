import { makeBuckets, type Buckets } from "../buckets.ts";
import { listMember, member, stringMember } from "../json.ts";
import { count, splitTotal } from "./counts.ts";
import type { Extraction } from "./extraction.ts";
import { rawUsage } from "./raw-usage.ts";

/**
 * Chat completions: cached, cache-written and audio tokens lie within `prompt_tokens`; reasoning, audio and rejected
 * prediction tokens within `completion_tokens`.
 * https://platform.openai.com/docs/api-reference/chat/object#chat/object-usage
 */
export function openaiChatBuckets(usage: unknown, searches = 0): Buckets | null {
  const prompt = member(usage, "prompt_tokens");
  if (typeof prompt !== "number") return null;
  const inDetails = (name: string): number => count(usage, "prompt_tokens_details", name);
  const outDetails = (name: string): number => count(usage, "completion_tokens_details", name);
  const [audioIn = 0, written = 0, cached = 0, input = 0] = splitTotal(
    count(usage, "prompt_tokens"),
    inDetails("audio_tokens"),
    inDetails("cache_write_tokens"),
    inDetails("cached_tokens"),
  );
  const [audioOut = 0, reasoning = 0, output = 0] = splitTotal(
    count(usage, "completion_tokens"),
    outDetails("audio_tokens"),
    outDetails("reasoning_tokens"),
  );
  return makeBuckets(
    { input, cache_read: cached, cache_write_5m: written, audio_in: audioIn, output, reasoning, audio_out: audioOut },
    { web_searches: searches },
  );
}

export function extractOpenaiChat(body: unknown): Extraction {
  const usage = member(body, "usage");
  const model = stringMember(body, "model");
  // The search models search once for each request, without a field that says so.
  const searches = model !== null && /search-(preview|api)/.test(model) ? 1 : 0;
  const buckets = openaiChatBuckets(usage, searches);
  return {
    modelServed: model,
    upstreamId: stringMember(body, "id"),
    finish: stringMember(listMember(body, "choices")[0], "finish_reason"),
    buckets,
    rawUsage: buckets === null ? null : rawUsage(withTier(usage, body)),
    surcharge: null,
  };
}

/** The tier that served the call stands beside the usage block. */
export function withTier(usage: unknown, body: unknown): unknown {
  const tier = stringMember(body, "service_tier", 64);
  return tier === null || typeof usage !== "object" ? usage : { ...usage, service_tier: tier };
}
