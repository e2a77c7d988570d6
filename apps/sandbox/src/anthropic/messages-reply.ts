import type { Answer, Ask, Reply } from "../exchange.ts";
import type { JsonObject } from "../json-value.ts";

const STOP = { stop: "end_turn", length: "max_tokens", tool: "tool_use" } as const;
const JSON_HEADERS = { "content-type": "application/json" };
const STREAM_HEADERS = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" };

/** The answer to POST /v1/messages, whole or as message_start … message_stop. `id` is the unique part of ids. */
export function messagesReply(ask: Ask, answer: Answer, id: string): Reply {
  if (ask.stream) return { kind: "stream", headers: STREAM_HEADERS, frames: messageFrames(ask, answer, id) };
  const content =
    answer.tool === null
      ? { type: "text", text: answer.text, citations: null }
      : toolBlock(answer, id, toolInput(answer.tool.argumentPieces.join("")));
  const body = {
    ...message(ask, id),
    content: [content],
    stop_reason: STOP[answer.finish],
    ...usageField(answer, answer.usage.output),
  };
  return { kind: "whole", status: 200, headers: JSON_HEADERS, body: JSON.stringify(body) };
}

export function countTokensReply(inputTokens: number): Reply {
  return { kind: "whole", status: 200, headers: JSON_HEADERS, body: JSON.stringify({ input_tokens: inputTokens }) };
}

function message(ask: Ask, id: string): JsonObject {
  return {
    id: `msg_${id}`,
    type: "message",
    role: "assistant",
    model: ask.model,
    content: [],
    container: null,
    diagnostics: null,
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
  };
}

function toolBlock(answer: Answer, id: string, input: unknown): JsonObject {
  return { type: "tool_use", id: `toolu_${id}`, name: answer.tool?.name, input, caller: { type: "direct" } };
}

/** Arguments cut off by the limit are no JSON any more: the API then answers with what it has, here nothing. */
function toolInput(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}

/** Anthropic's buckets are disjoint: `input_tokens` is what was neither read from nor written to a cache. */
function usageField(answer: Answer, outputTokens: number): JsonObject {
  if (!answer.usageReported) return {};
  const { usage } = answer;
  return {
    usage: {
      input_tokens: usage.input - usage.cache_read - usage.cache_write_5m - usage.cache_write_1h,
      cache_creation_input_tokens: usage.cache_write_5m + usage.cache_write_1h,
      cache_read_input_tokens: usage.cache_read,
      cache_creation: {
        ephemeral_5m_input_tokens: usage.cache_write_5m,
        ephemeral_1h_input_tokens: usage.cache_write_1h,
      },
      output_tokens: outputTokens,
      output_tokens_details: usage.reasoning > 0 ? { thinking_tokens: usage.reasoning } : null,
      server_tool_use: null,
      service_tier: "standard",
      speed: null,
      inference_geo: null,
    },
  };
}

/** MessageDeltaUsage: cumulative, without what message_start alone carries. */
function deltaUsage(answer: Answer): JsonObject {
  if (!answer.usageReported) return {};
  const { usage } = answer;
  return {
    usage: {
      input_tokens: usage.input - usage.cache_read - usage.cache_write_5m - usage.cache_write_1h,
      cache_creation_input_tokens: usage.cache_write_5m + usage.cache_write_1h,
      cache_read_input_tokens: usage.cache_read,
      output_tokens: usage.output,
      output_tokens_details: usage.reasoning > 0 ? { thinking_tokens: usage.reasoning } : null,
      server_tool_use: null,
    },
  };
}

function* messageFrames(ask: Ask, answer: Answer, id: string): Generator<string> {
  yield frame("message_start", { message: { ...message(ask, id), ...usageField(answer, 1) } });
  const block = answer.tool === null ? { type: "text", text: "", citations: null } : toolBlock(answer, id, {});
  yield frame("content_block_start", { index: 0, content_block: block });
  yield frame("ping", {});
  for (const text of answer.pieces)
    yield frame("content_block_delta", { index: 0, delta: { type: "text_delta", text } });
  for (const partial_json of answer.tool?.argumentPieces ?? []) {
    yield frame("content_block_delta", { index: 0, delta: { type: "input_json_delta", partial_json } });
  }
  yield frame("content_block_stop", { index: 0 });
  const delta = { stop_reason: STOP[answer.finish], stop_sequence: null, stop_details: null, container: null };
  yield frame("message_delta", { delta, ...deltaUsage(answer) });
  yield frame("message_stop", {});
}

function frame(type: string, fields: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}
