import { makeBuckets, type Buckets } from "../buckets.ts";
import { listMember, member, stringMember } from "../json.ts";
import { count, splitTotal } from "./counts.ts";
import type { Extraction } from "./extraction.ts";
import { withTier } from "./openai-chat.ts";
import { rawUsage } from "./raw-usage.ts";

function calls(body: unknown, type: string): number {
  return listMember(body, "output").filter((item) => {
    const action = stringMember(member(item, "action"), "type");
    return member(item, "type") === type && (action === null || action === "search");
  }).length;
}

/**
 * Responses: cached and cache-written tokens lie within `input_tokens`, reasoning within `output_tokens`. Searches are
 * billed by the call and counted from the output items; opening a found page is not a search.
 * https://platform.openai.com/docs/api-reference/responses/object#responses/object-usage
 */
function responsesBuckets(body: unknown): Buckets | null {
  const usage = member(body, "usage");
  if (typeof member(usage, "input_tokens") !== "number") return null;
  const [written = 0, cached = 0, input = 0] = splitTotal(
    count(usage, "input_tokens"),
    count(usage, "input_tokens_details", "cache_write_tokens"),
    count(usage, "input_tokens_details", "cached_tokens"),
  );
  const [reasoning = 0, output = 0] = splitTotal(
    count(usage, "output_tokens"),
    count(usage, "output_tokens_details", "reasoning_tokens"),
  );
  return makeBuckets(
    { input, cache_read: cached, cache_write_5m: written, output, reasoning },
    { web_searches: calls(body, "web_search_call"), storage_searches: calls(body, "file_search_call") },
  );
}

export function extractOpenaiResponses(body: unknown): Extraction {
  const buckets = responsesBuckets(body);
  return {
    modelServed: stringMember(body, "model"),
    upstreamId: stringMember(body, "id"),
    finish: stringMember(body, "status"),
    buckets,
    rawUsage: buckets === null ? null : rawUsage(withTier(member(body, "usage"), body)),
    surcharge: null,
  };
}
