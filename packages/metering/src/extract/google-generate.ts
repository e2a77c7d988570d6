import { makeBuckets, type Buckets } from "../buckets.ts";
import { listMember, member, stringMember } from "../json.ts";
import { count, splitTotal } from "./counts.ts";
import type { Extraction } from "./extraction.ts";
import { rawUsage } from "./raw-usage.ts";

/** Sum over one modality list; a document counts as the images of its pages. */
function modality(usage: unknown, list: string, ...names: readonly string[]): number {
  let sum = 0;
  for (const entry of listMember(usage, list)) {
    const name = member(entry, "modality");
    if (typeof name === "string" && names.includes(name)) sum += count(entry, "tokenCount");
  }
  return sum;
}

function input(usage: unknown): { counts: Parameters<typeof makeBuckets>[0]; extra: Record<string, number> } {
  const total = count(usage, "promptTokenCount") + count(usage, "toolUsePromptTokenCount");
  const of = (...names: string[]): { all: number; cached: number } => ({
    all: modality(usage, "promptTokensDetails", ...names) + modality(usage, "toolUsePromptTokensDetails", ...names),
    cached: modality(usage, "cacheTokensDetails", ...names),
  });
  const [audio, image, video] = [of("AUDIO"), of("IMAGE", "DOCUMENT"), of("VIDEO")];
  const cachedTotal = Math.min(count(usage, "cachedContentTokenCount"), total);
  const [cachedAudio = 0, cachedImage = 0, cached = 0] = splitTotal(cachedTotal, audio.cached, image.cached);
  const [audioIn = 0, imageIn = 0, videoIn = 0, text = 0] = splitTotal(
    total - cachedTotal,
    Math.max(0, audio.all - cachedAudio),
    Math.max(0, image.all - cachedImage),
    Math.max(0, video.all - video.cached),
  );
  return {
    counts: { input: text, cache_read: cached, audio_in: audioIn, image_in: imageIn },
    extra: { cache_read_audio: cachedAudio, cache_read_image: cachedImage, video_in: videoIn },
  };
}

/**
 * Gemini: cached tokens lie within `promptTokenCount`; tool-use prompts and thoughts are counted beside the prompt and
 * the candidates, and cost what input and output cost. https://ai.google.dev/api/generate-content#UsageMetadata
 */
export function googleBuckets(usage: unknown): Buckets | null {
  if (typeof usage !== "object" || usage === null) return null;
  const prompt = member(usage, "promptTokenCount");
  const candidates = member(usage, "candidatesTokenCount");
  if (typeof prompt !== "number" && typeof candidates !== "number") return null;
  const { counts, extra } = input(usage);
  const [imageOut = 0, audioOut = 0, videoOut = 0, output = 0] = splitTotal(
    count(usage, "candidatesTokenCount"),
    modality(usage, "candidatesTokensDetails", "IMAGE", "DOCUMENT"),
    modality(usage, "candidatesTokensDetails", "AUDIO"),
    modality(usage, "candidatesTokensDetails", "VIDEO"),
  );
  return makeBuckets(
    { ...counts, output, reasoning: count(usage, "thoughtsTokenCount"), audio_out: audioOut },
    { ...extra, image_out: imageOut, video_out: videoOut },
  );
}

export function extractGoogleGenerate(body: unknown): Extraction {
  const usage = member(body, "usageMetadata");
  const buckets = googleBuckets(usage);
  return {
    modelServed: stringMember(body, "modelVersion"),
    upstreamId: stringMember(body, "responseId"),
    finish: stringMember(listMember(body, "candidates")[0], "finishReason"),
    buckets,
    rawUsage: buckets === null ? null : rawUsage(usage),
    surcharge: null,
  };
}
