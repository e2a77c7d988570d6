import {
  byType,
  countMessage,
  countTool,
  free,
  inlineImage,
  list,
  notMetered,
  object,
  oneOf,
  schema,
  text,
  textOr,
} from "./rules.ts";

/**
 * OpenAI chat completions, https://platform.openai.com/docs/api-reference/chat/create
 *
 * Not metered under a hard limit, and why: audio (priced by length), files and remote images (size unknown), web
 * search (a fee per search and text nobody sent), predicted outputs (rejected tokens are billed beyond any limit on
 * output), the priority tier (another price list). `store` and `metadata` cost nothing.
 */
const content = textOr(
  list(
    byType({
      text: object({ type: free, text }),
      refusal: object({ type: free, refusal: text }),
      image_url: object({ type: free, image_url: object({ url: inlineImage, detail: free }) }),
      input_audio: notMetered,
      file: notMetered,
    }),
  ),
);

const toolCalls = list(
  byType(
    {
      function: object({ id: text, type: free, index: free, function: object({ name: text, arguments: text }) }),
      custom: object({ id: text, type: free, custom: object({ name: text, input: text }) }),
    },
    "function",
  ),
  countMessage,
);

const message = object({
  role: text,
  content,
  name: text,
  refusal: text,
  annotations: text,
  audio: notMetered,
  function_call: object({ name: text, arguments: text }),
  tool_calls: toolCalls,
  tool_call_id: text,
});

export const openaiChat = object({
  model: free,
  messages: list(message, countMessage),
  tools: list(byType({ function: schema, custom: schema }), countTool),
  functions: list(schema, countTool),
  tool_choice: free,
  function_call: free,
  parallel_tool_calls: free,
  response_format: schema,
  max_completion_tokens: free,
  max_tokens: free,
  n: free,
  stream: free,
  stream_options: object({ include_usage: free, include_obfuscation: free }),
  modalities: list(oneOf("text")),
  audio: notMetered,
  prediction: notMetered,
  web_search_options: notMetered,
  service_tier: oneOf("auto", "default", "flex"),
  reasoning_effort: free,
  verbosity: free,
  frequency_penalty: free,
  presence_penalty: free,
  logit_bias: free,
  logprobs: free,
  top_logprobs: free,
  seed: free,
  stop: free,
  temperature: free,
  top_p: free,
  user: free,
  safety_identifier: free,
  prompt_cache_key: free,
  prompt_cache_retention: free,
  metadata: free,
  store: free,
});
