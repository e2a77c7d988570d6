import type { Answer, Ask, Reply } from "../exchange.ts";
import type { JsonObject } from "../json-value.ts";
import type { Stamp } from "./chat-reply.ts";

/** The answer to POST /v1/responses, whole or as typed server-sent events with sequence numbers. */
export function responsesReply(ask: Ask, answer: Answer, stamp: Stamp, body: JsonObject): Reply {
  const output = outputItems(answer, stamp, true);
  const final = responseObject(ask, answer, stamp, body, output);
  if (!ask.stream)
    return { kind: "whole", status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(final) };
  const begun = {
    ...final,
    status: "in_progress",
    completed_at: null,
    incomplete_details: null,
    output: [],
    usage: null,
  };
  return {
    kind: "stream",
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" },
    frames: responseFrames(answer, begun, final, outputItems(answer, stamp, false), output),
  };
}

/** Every field the API answers with; what the request set is repeated, the rest has the API's defaults. */
function responseObject(ask: Ask, answer: Answer, stamp: Stamp, body: JsonObject, output: readonly Item[]): JsonObject {
  const cut = answer.finish === "length";
  return {
    id: `resp_${stamp.id}`,
    object: "response",
    created_at: stamp.created,
    status: cut ? "incomplete" : "completed",
    completed_at: cut ? null : stamp.created,
    background: false,
    error: null,
    incomplete_details: cut ? { reason: "max_output_tokens" } : null,
    instructions: body["instructions"] ?? null,
    max_output_tokens: ask.outputLimit,
    max_tool_calls: null,
    model: ask.model,
    output,
    parallel_tool_calls: body["parallel_tool_calls"] ?? true,
    previous_response_id: body["previous_response_id"] ?? null,
    prompt_cache_key: body["prompt_cache_key"] ?? null,
    reasoning: body["reasoning"] ?? { effort: null, summary: null },
    safety_identifier: null,
    service_tier: "default",
    store: body["store"] ?? true,
    temperature: body["temperature"] ?? 1,
    text: body["text"] ?? { format: { type: "text" }, verbosity: "medium" },
    tool_choice: body["tool_choice"] ?? "auto",
    tools: body["tools"] ?? [],
    top_logprobs: 0,
    top_p: body["top_p"] ?? 1,
    truncation: body["truncation"] ?? "disabled",
    usage: answer.usageReported ? responsesUsage(answer) : null,
    user: null,
    metadata: body["metadata"] ?? {},
  };
}

/** ResponseUsage: details are subsets of the totals. */
function responsesUsage({ usage }: Answer): JsonObject {
  return {
    input_tokens: usage.input,
    input_tokens_details: {
      cached_tokens: usage.cache_read,
      cache_write_tokens: usage.cache_write_5m + usage.cache_write_1h,
    },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: usage.input + usage.output,
  };
}

interface Item extends JsonObject {
  id: string;
  type: "reasoning" | "message" | "function_call";
}

/** Output items, finished or as they are when their first event names them. */
function outputItems(answer: Answer, stamp: Stamp, finished: boolean): Item[] {
  const status = finished ? (answer.finish === "length" ? "incomplete" : "completed") : "in_progress";
  const items: Item[] = [];
  if (answer.usage.reasoning > 0) items.push({ id: `rs_${stamp.id}`, type: "reasoning", summary: [] });
  if (answer.tool === null) {
    const content = finished ? [textPart(answer.text)] : [];
    items.push({ id: `msg_${stamp.id}`, type: "message", status, content, role: "assistant" });
  } else {
    const { name, argumentPieces } = answer.tool;
    const spoken = finished ? argumentPieces.join("") : "";
    items.push({
      id: `fc_${stamp.id}`,
      type: "function_call",
      status,
      arguments: spoken,
      call_id: `call_${stamp.id}`,
      name,
    });
  }
  return items;
}

function textPart(text: string): JsonObject {
  return { type: "output_text", annotations: [], logprobs: [], text };
}

/** Events in the order of the API's streaming reference; `sequence_number` counts from 0 over the whole stream. */
function* responseFrames(
  answer: Answer,
  begun: JsonObject,
  final: JsonObject,
  added: readonly Item[],
  done: readonly Item[],
): Generator<string> {
  let sequence = 0;
  const frame = (type: string, fields: JsonObject): string => {
    const data = JSON.stringify({ type, sequence_number: sequence, ...fields });
    sequence += 1;
    return `event: ${type}\ndata: ${data}\n\n`;
  };
  yield frame("response.created", { response: begun });
  yield frame("response.in_progress", { response: begun });
  for (const [output_index, item] of added.entries()) {
    yield frame("response.output_item.added", { output_index, item });
    const at = { item_id: item.id, output_index };
    if (item.type === "message") yield* messageFrames(answer, at, frame);
    if (item.type === "function_call") {
      for (const delta of answer.tool?.argumentPieces ?? [])
        yield frame("response.function_call_arguments.delta", { ...at, delta });
      yield frame("response.function_call_arguments.done", {
        ...at,
        arguments: answer.tool?.argumentPieces.join("") ?? "",
        name: answer.tool?.name,
      });
    }
    yield frame("response.output_item.done", { output_index, item: done[output_index] });
  }
  yield frame(answer.finish === "length" ? "response.incomplete" : "response.completed", { response: final });
}

function* messageFrames(
  answer: Answer,
  item: JsonObject,
  frame: (type: string, fields: JsonObject) => string,
): Generator<string> {
  const at = { ...item, content_index: 0 };
  yield frame("response.content_part.added", { ...at, part: textPart("") });
  for (const delta of answer.pieces) yield frame("response.output_text.delta", { ...at, delta, logprobs: [] });
  yield frame("response.output_text.done", { ...at, text: answer.text, logprobs: [] });
  yield frame("response.content_part.done", { ...at, part: textPart(answer.text) });
}
