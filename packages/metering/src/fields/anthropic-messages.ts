import { isObject } from "../json.ts";
import {
  byType,
  countMessage,
  countTool,
  free,
  list,
  notMetered,
  object,
  oneOf,
  schema,
  text,
  textOr,
} from "./rules.ts";
import type { Rule } from "./visit.ts";

/**
 * Anthropic messages, https://platform.claude.com/docs/en/api/messages
 *
 * Not metered under a hard limit: tools that run at Anthropic (fees, and text they fetch), MCP servers, containers,
 * files and addresses, PDF documents (text and an image for each page), citations (the provider rewrites the
 * documents), context management (further model runs), fast mode and residency (surcharges).
 */
const cacheControl: Rule = (value, path, visit) => {
  const ttl = isObject(value) ? (value["ttl"] ?? "5m") : undefined;
  if (ttl === "1h") visit.cacheWrite = "1h";
  else if (ttl === "5m") visit.cacheWrite = visit.cacheWrite === "1h" ? "1h" : "5m";
  else notMetered(value, path, visit);
};

const inlineSource: Rule = (value, path, visit) => {
  if (isObject(value) && value["type"] === "base64") visit.images++;
  else notMetered(value, path, visit);
};

const common = { type: free, cache_control: cacheControl };
const textBlock = object({ ...common, text, citations: text });
const image = object({ ...common, source: inlineSource });
const citations = object({ enabled: oneOf(false) });
const document = object({
  ...common,
  title: text,
  context: text,
  citations,
  source: byType({
    text: object({ type: free, media_type: free, data: text }),
    content: object({ type: free, content: textOr(list(byType({ text: textBlock, image }))) }),
  }),
});
const searchResult = object({ ...common, title: text, source: text, content: list(textBlock), citations });

const block = byType({
  text: textBlock,
  image,
  document,
  search_result: searchResult,
  thinking: object({ ...common, thinking: text, signature: text }),
  redacted_thinking: object({ ...common, data: text }),
  tool_use: object({ ...common, id: text, name: text, input: schema, caller: text }),
  tool_result: object({
    ...common,
    tool_use_id: text,
    is_error: free,
    content: textOr(list(byType({ text: textBlock, image, document, search_result: searchResult }))),
  }),
});

const tool: Rule = (value, path, visit) => {
  if (isObject(value) && value["cache_control"] !== undefined && value["cache_control"] !== null) {
    cacheControl(value["cache_control"], `${path}.cache_control`, visit);
  }
  const type = isObject(value) ? (value["type"] ?? "custom") : undefined;
  // Tools the client runs. Their built-in descriptions are within the constant per tool (bound-input.ts).
  if (type === "custom" || (typeof type === "string" && /^(bash|text_editor|computer|memory)_\d{8}$/.test(type))) {
    schema(value, path, visit);
  } else notMetered(value, `${path}.type`, visit);
};

/** Fields of messages that count_tokens shares; it is free of charge, so it needs no table of its own. */
export const anthropicMessages = object({
  model: free,
  messages: list(object({ role: text, content: textOr(list(block, countMessage)) }), countMessage),
  system: textOr(list(textBlock, countMessage)),
  tools: list(tool, countTool),
  tool_choice: free,
  max_tokens: free,
  thinking: free,
  output_config: object({ effort: free, format: schema }),
  output_format: schema,
  stream: free,
  cache_control: cacheControl,
  stop_sequences: free,
  temperature: free,
  top_k: free,
  top_p: free,
  metadata: free,
  service_tier: oneOf("auto", "standard_only"),
  inference_geo: oneOf("global"),
  speed: oneOf("standard"),
  container: notMetered,
  mcp_servers: notMetered,
  context_management: notMetered,
});
