import { makeBuckets, type Buckets } from "../buckets.ts";
import { listMember, member, stringMember } from "../json.ts";
import { count, splitTotal } from "./counts.ts";
import type { Extraction } from "./extraction.ts";
import { rawUsage } from "./raw-usage.ts";

interface Counts {
  input: number;
  cache_read: number;
  cache_write_5m: number;
  cache_write_1h: number;
}

function inputCounts(usage: unknown): Counts {
  const short = count(usage, "cache_creation", "ephemeral_5m_input_tokens");
  const long = count(usage, "cache_creation", "ephemeral_1h_input_tokens");
  // Writes that the breakdown leaves out have the default lifetime.
  const undivided = Math.max(0, count(usage, "cache_creation_input_tokens") - short - long);
  return {
    input: count(usage, "input_tokens"),
    cache_read: count(usage, "cache_read_input_tokens"),
    cache_write_5m: short + undivided,
    cache_write_1h: long,
  };
}

/**
 * Messages: `input_tokens` counts neither what was read from the cache nor what was written to it; the writes are
 * broken down by lifetime in `cache_creation`. Thinking lies within `output_tokens`. Compactions are billed and stand
 * in `iterations` alone; so do an advisor's tokens, which another model's price applies to: they are counted in
 * `extra_units` and not priced.
 * https://platform.claude.com/docs/en/api/messages#response-usage
 */
export function anthropicBuckets(usage: unknown): Buckets | null {
  if (typeof member(usage, "input_tokens") !== "number") return null;
  const [reasoning = 0, output = 0] = splitTotal(
    count(usage, "output_tokens"),
    count(usage, "output_tokens_details", "thinking_tokens"),
  );
  const counts = { ...inputCounts(usage), output, reasoning };
  const advisor = { advisor_input: 0, advisor_output: 0 };
  for (const iteration of listMember(usage, "iterations")) {
    const type = member(iteration, "type");
    const added = inputCounts(iteration);
    if (type === "compaction") {
      counts.input += added.input;
      counts.cache_read += added.cache_read;
      counts.cache_write_5m += added.cache_write_5m;
      counts.cache_write_1h += added.cache_write_1h;
      counts.output += count(iteration, "output_tokens");
    } else if (type === "advisor_message") {
      advisor.advisor_input += added.input + added.cache_read + added.cache_write_5m + added.cache_write_1h;
      advisor.advisor_output += count(iteration, "output_tokens");
    }
  }
  return makeBuckets(counts, {
    ...advisor,
    web_searches: count(usage, "server_tool_use", "web_search_requests"),
    web_fetches: count(usage, "server_tool_use", "web_fetch_requests"),
  });
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
    // US-only inference costs 1.1 of every rate, https://platform.claude.com/docs/en/build-with-claude/data-residency
    surcharge: resident ? { numerator: 11n, denominator: 10n } : null,
  };
}

export function extractAnthropicMessages(body: unknown): Extraction {
  return anthropicExtraction(body, member(body, "usage"));
}
