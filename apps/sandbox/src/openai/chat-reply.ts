import type { Answer, Ask, Reply } from "../exchange.ts";
import type { JsonObject } from "../json-value.ts";

const JSON_HEADERS = { "content-type": "application/json" };
const STREAM_HEADERS = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" };
const FINISH = { stop: "stop", length: "length", tool: "tool_calls" } as const;
const FINGERPRINT = "fp_simulated";

export interface Stamp {
  /** Unique part of every id in the answer. */
  id: string;
  /** Seconds since 1970. */
  created: number;
}

/** The answer to POST /v1/chat/completions, whole or as server-sent events. */
export function chatReply(ask: Ask, answer: Answer, stamp: Stamp, includeUsage: boolean): Reply {
  if (ask.stream)
    return { kind: "stream", headers: STREAM_HEADERS, frames: chatFrames(ask, answer, stamp, includeUsage) };
  const body = {
    id: `chatcmpl-${stamp.id}`,
    object: "chat.completion",
    created: stamp.created,
    model: ask.model,
    choices: Array.from({ length: ask.choices }, (_, index) => ({
      index,
      message: message(answer, stamp, index),
      logprobs: null,
      finish_reason: FINISH[answer.finish],
    })),
    ...(answer.usageReported ? { usage: chatUsage(answer) } : {}),
    service_tier: "default",
    system_fingerprint: FINGERPRINT,
  };
  return { kind: "whole", status: 200, headers: JSON_HEADERS, body: JSON.stringify(body) };
}

function message(answer: Answer, stamp: Stamp, index: number): unknown {
  if (answer.tool === null) return { role: "assistant", content: answer.text, refusal: null, annotations: [] };
  const call = {
    id: callId(stamp, index),
    type: "function",
    function: { name: answer.tool.name, arguments: answer.tool.argumentPieces.join("") },
  };
  return { role: "assistant", content: null, tool_calls: [call], refusal: null, annotations: [] };
}

function callId(stamp: Stamp, index: number): string {
  return `call_${stamp.id}${index === 0 ? "" : index}`;
}

/** CompletionUsage: details are subsets of the totals. */
export function chatUsage(answer: Answer): unknown {
  const { usage } = answer;
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: {
      cached_tokens: usage.cache_read,
      audio_tokens: usage.audio_in,
      ...(usage.cache_write_5m + usage.cache_write_1h > 0
        ? { cache_write_tokens: usage.cache_write_5m + usage.cache_write_1h }
        : {}),
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoning,
      audio_tokens: usage.audio_out,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** Chunks as the API orders them: role, content, finish reason, with `include_usage` one more without choices, [DONE]. */
function* chatFrames(ask: Ask, answer: Answer, stamp: Stamp, includeUsage: boolean): Generator<string> {
  // Everything but the choices is the same in each chunk: serialised once.
  const { created } = stamp;
  const head = JSON.stringify({
    id: `chatcmpl-${stamp.id}`,
    object: "chat.completion.chunk",
    created,
    model: ask.model,
    service_tier: "default",
    system_fingerprint: FINGERPRINT,
  });
  const open = `data: ${head.slice(0, -1)},"choices":[`;
  const close = includeUsage && answer.usageReported ? `],"usage":null}\n\n` : `]}\n\n`;
  const chunk = (index: number, delta: unknown, finish: string | null): string =>
    `${open}${JSON.stringify({ index, delta, logprobs: null, finish_reason: finish })}${close}`;
  const first = (index: number): unknown => {
    if (answer.tool === null) return { role: "assistant", content: "", refusal: null };
    const call = {
      index: 0,
      id: callId(stamp, index),
      type: "function",
      function: { name: answer.tool.name, arguments: "" },
    };
    return { role: "assistant", content: null, tool_calls: [call], refusal: null };
  };
  for (let index = 0; index < ask.choices; index += 1) yield chunk(index, first(index), null);
  for (const delta of deltas(answer)) {
    for (let index = 0; index < ask.choices; index += 1) yield chunk(index, delta, null);
  }
  for (let index = 0; index < ask.choices; index += 1) yield chunk(index, {}, FINISH[answer.finish]);
  if (includeUsage && answer.usageReported) yield `${open}],"usage":${JSON.stringify(chatUsage(answer))}}\n\n`;
  yield "data: [DONE]\n\n";
}

function* deltas(answer: Answer): Generator<JsonObject> {
  for (const content of answer.pieces) yield { content };
  for (const piece of answer.tool?.argumentPieces ?? [])
    yield { tool_calls: [{ index: 0, function: { arguments: piece } }] };
}
