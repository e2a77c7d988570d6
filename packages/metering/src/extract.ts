import { MeteringError } from "./errors.ts";
import { extractAnthropicMessages } from "./extract/anthropic-messages.ts";
import type { Extraction } from "./extract/extraction.ts";
import { extractGoogleGenerate } from "./extract/google-generate.ts";
import { extractOpenaiChat } from "./extract/openai-chat.ts";
import { extractOpenaiEmbeddings } from "./extract/openai-embeddings.ts";
import { extractOpenaiResponses } from "./extract/openai-responses.ts";
import { isObject } from "./json.ts";
import type { Endpoint } from "./provider.ts";

const EXTRACTORS: Readonly<Partial<Record<Endpoint, (body: unknown) => Extraction>>> = {
  "chat.completions": extractOpenaiChat,
  responses: extractOpenaiResponses,
  embeddings: extractOpenaiEmbeddings,
  messages: extractAnthropicMessages,
  generateContent: extractGoogleGenerate,
  streamGenerateContent: extractGoogleGenerate,
};

const NOTHING: Extraction = {
  modelServed: null,
  upstreamId: null,
  finish: null,
  buckets: null,
  rawUsage: null,
  surcharge: null,
};

/** Runs an extractor; a usage block with counts that are none is as good as no usage block. */
export function readable(extract: () => Extraction): Extraction {
  try {
    return extract();
  } catch (error) {
    if (error instanceof MeteringError && error.code === "usage_invalid") return NOTHING;
    throw error;
  }
}

/** Usage of a complete answer, already parsed. Never throws: what cannot be read has null buckets. */
export function extractUsage(endpoint: Endpoint, body: unknown): Extraction {
  const extract = EXTRACTORS[endpoint];
  return extract === undefined || !isObject(body) ? NOTHING : readable(() => extract(body));
}

/** The same from the answer's bytes. */
export function extractUsageFromBytes(endpoint: Endpoint, raw: Uint8Array): Extraction {
  try {
    return extractUsage(endpoint, JSON.parse(new TextDecoder().decode(raw)));
  } catch {
    return NOTHING;
  }
}
