import { makeBuckets } from "../buckets.ts";
import { member, stringMember } from "../json.ts";
import { count } from "./counts.ts";
import type { Extraction } from "./extraction.ts";
import { rawUsage } from "./raw-usage.ts";

/** Embeddings have input alone. https://platform.openai.com/docs/api-reference/embeddings/create */
export function extractOpenaiEmbeddings(body: unknown): Extraction {
  const usage = member(body, "usage");
  const known = typeof member(usage, "prompt_tokens") === "number";
  return {
    modelServed: stringMember(body, "model"),
    upstreamId: null,
    finish: null,
    buckets: known ? makeBuckets({ input: count(usage, "prompt_tokens") }) : null,
    rawUsage: known ? rawUsage(usage) : null,
    surcharge: null,
  };
}
