import type { Answer, Ask, Reply } from "../exchange.ts";
import type { JsonObject } from "../json-value.ts";

const JSON_HEADERS = { "content-type": "application/json; charset=UTF-8" };
const FINISH = { stop: "STOP", length: "MAX_TOKENS", tool: "STOP" } as const;

/** The answer to `:generateContent`, or to `:streamGenerateContent` as server-sent events (`alt=sse`) or one JSON array. */
export function generateReply(ask: Ask, answer: Answer, id: string, sse: boolean): Reply {
  if (!ask.stream) {
    const body = chunk(ask, answer, id, partsOf(answer, answer.text), true);
    return { kind: "whole", status: 200, headers: JSON_HEADERS, body: JSON.stringify(body, null, 2) };
  }
  if (sse)
    return { kind: "stream", headers: { "content-type": "text/event-stream" }, frames: sseFrames(ask, answer, id) };
  return { kind: "stream", headers: JSON_HEADERS, frames: arrayFrames(ask, answer, id) };
}

export function countTokensReply(inputTokens: number): Reply {
  const body = { totalTokens: inputTokens, promptTokensDetails: [{ modality: "TEXT", tokenCount: inputTokens }] };
  return { kind: "whole", status: 200, headers: JSON_HEADERS, body: JSON.stringify(body) };
}

function partsOf(answer: Answer, text: string): readonly JsonObject[] {
  if (answer.tool === null) return [{ text }];
  return [{ functionCall: { name: answer.tool.name, args: toolInput(answer.tool.argumentPieces.join("")) } }];
}

/** Arguments cut off by the limit are no JSON any more: an empty object then. */
function toolInput(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}

function chunk(ask: Ask, answer: Answer, id: string, parts: readonly JsonObject[], final: boolean): JsonObject {
  const candidates = Array.from({ length: ask.choices }, (_, index) => ({
    content: { parts, role: "model" },
    ...(final ? { finishReason: FINISH[answer.finish] } : {}),
    index,
  }));
  const usage = final ? usageMetadata(answer) : promptMetadata(answer);
  return {
    candidates,
    ...(answer.usageReported ? { usageMetadata: usage } : {}),
    modelVersion: ask.model,
    responseId: id,
  };
}

/** What earlier chunks of a stream carry: the prompt's counts only. */
function promptMetadata({ usage }: Answer): JsonObject {
  return {
    promptTokenCount: usage.input,
    totalTokenCount: usage.input,
    promptTokensDetails: modalities(usage.input, usage.audio_in),
  };
}

/** GenerateContentResponseUsageMetadata: candidates exclude thoughts, the total includes them; cached is part of the prompt. */
function usageMetadata({ usage }: Answer): JsonObject {
  const candidates = usage.output - usage.reasoning;
  return {
    promptTokenCount: usage.input,
    candidatesTokenCount: candidates,
    totalTokenCount: usage.input + usage.output,
    ...(usage.cache_read > 0
      ? {
          cachedContentTokenCount: usage.cache_read,
          cacheTokensDetails: [{ modality: "TEXT", tokenCount: usage.cache_read }],
        }
      : {}),
    promptTokensDetails: modalities(usage.input, usage.audio_in),
    candidatesTokensDetails: modalities(candidates, usage.audio_out),
    ...(usage.reasoning > 0 ? { thoughtsTokenCount: usage.reasoning } : {}),
  };
}

function modalities(total: number, audio: number): readonly JsonObject[] {
  const text = { modality: "TEXT", tokenCount: total - audio };
  return audio > 0 ? [text, { modality: "AUDIO", tokenCount: audio }] : [text];
}

/** The last piece comes with the finish reason and the whole usage. */
function* chunks(ask: Ask, answer: Answer, id: string): Generator<string> {
  for (const text of answer.pieces.slice(0, -1)) yield JSON.stringify(chunk(ask, answer, id, [{ text }], false));
  yield JSON.stringify(chunk(ask, answer, id, partsOf(answer, answer.pieces.at(-1) ?? ""), true));
}

function* sseFrames(ask: Ask, answer: Answer, id: string): Generator<string> {
  for (const data of chunks(ask, answer, id)) yield `data: ${data}\r\n\r\n`;
}

function* arrayFrames(ask: Ask, answer: Answer, id: string): Generator<string> {
  let open = "[";
  for (const data of chunks(ask, answer, id)) {
    yield `${open}${data}`;
    open = "\n,\r\n";
  }
  yield "\n]\n";
}
