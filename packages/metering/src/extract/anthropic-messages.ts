import { makeBuckets, type Buckets } from "../buckets.ts";
import { member, stringMember } from "../json.ts";
import { count, splitTotal } from "./counts.ts";
import type { Extraction } from "./extraction.ts";
import { rawUsage } from "./raw-usage.ts";

/**
 * Messages: `input_tokens` counts neither what was read from the cache nor what was written to it; the writes are
 * broken down by lifetime in `cache_creation`. Thinking lies within `output_tokens`.
 * https://platform.claude.com/docs/en/api/messages#response-usage
 */
export function anthropicBuckets(usage: unknown): Buckets | null {
  if (typeof member(usage, "input_tokens") !== "number") return null;
  const short = count(usage, "cache_creation", "ephemeral_5m_input_tokens");
  const long = count(usage, "cache_creation", "ephemeral_1h_input_tokens");
  // Writes that the breakdown leaves out have the default lifetime.
  const undivided = Math.max(0, count(usage, "cache_creation_input_tokens") - short - long);
  const [reasoning = 0, output = 0] = splitTotal(
    count(usage, "output_tokens"),
    count(usage, "output_tokens_details", "thinking_tokens"),
  );
  return makeBuckets(
    {
      input: count(usage, "input_tokens"),
      cache_read: count(usage, "cache_read_input_tokens"),
      cache_write_5m: short + undivided,
      cache_write_1h: long,
      output,
      reasoning,
    },
    {
      web_searches: count(usage, "server_tool_use", "web_search_requests"),
      web_fetches: count(usage, "server_tool_use", "web_fetch_requests"),
    },
  );
}

/** Usage that stands in `usage`, beside fields that stand in the message. */
export function anthropicExtraction(message: unknown, usage: unknown): Extraction {
  const buckets = anthropicBuckets(usage);
  const resident = member(usage, "inference_geo") === "us";
  return {
    modelServed: stringMember(message, "model"),
    upstreamId: stringMember(message, "id"),
    finish: stringMember(message, "stop_reason"),
    buckets,
    rawUsage: buckets === null ? null : rawUsage(usage),
    // https://platform.claude.com/docs/en/about-claude/pricing#data-residency-pricing: 1.1 on every token category.
    surcharge: resident ? { numerator: 11n, denominator: 10n } : null,
  };
}

export function extractAnthropicMessages(body: unknown): Extraction {
  return anthropicExtraction(body, member(body, "usage"));
}
