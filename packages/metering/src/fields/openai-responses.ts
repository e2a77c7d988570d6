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
 * OpenAI responses, https://platform.openai.com/docs/api-reference/responses/create
 *
 * Not metered under a hard limit: text that is not in the request (`previous_response_id`, `conversation`, stored
 * `prompt`s, item references, files), hosted tools (fees, and text they fetch), `background` (outlives the call) and
 * `context_management` (further model runs).
 */
const part = byType({
  input_text: object({ type: free, text }),
  output_text: object({ type: free, text, annotations: text, logprobs: free }),
  refusal: object({ type: free, refusal: text }),
  summary_text: object({ type: free, text }),
  reasoning_text: object({ type: free, text }),
  input_image: object({ type: free, image_url: inlineImage, detail: free, file_id: notMetered }),
  input_file: notMetered,
  input_audio: notMetered,
});

const call = { id: text, call_id: text, type: free, status: free, name: text, namespace: text };

const item = byType(
  {
    message: object({ type: free, id: text, status: free, role: text, phase: text, content: textOr(list(part)) }),
    function_call: object({ ...call, arguments: text }),
    function_call_output: object({ ...call, output: textOr(list(part)) }),
    custom_tool_call: object({ ...call, input: text }),
    custom_tool_call_output: object({ ...call, output: textOr(list(part)) }),
    // The encrypted form is never shorter than the reasoning it holds.
    reasoning: object({ ...call, summary: list(part), content: list(part), encrypted_content: text }),
  },
  "message",
);

export const openaiResponses = object({
  model: free,
  input: textOr(list(item, countMessage)),
  instructions: text,
  tools: list(byType({ function: schema, custom: schema }), countTool),
  tool_choice: free,
  parallel_tool_calls: free,
  max_tool_calls: free,
  max_output_tokens: free,
  text: schema,
  reasoning: object({ effort: free, summary: free, generate_summary: free }),
  stream: free,
  stream_options: object({ include_obfuscation: free }),
  service_tier: oneOf("auto", "default", "flex"),
  background: oneOf(false),
  conversation: notMetered,
  previous_response_id: notMetered,
  prompt: notMetered,
  context_management: notMetered,
  include: free,
  truncation: free,
  top_logprobs: free,
  temperature: free,
  top_p: free,
  user: free,
  safety_identifier: free,
  prompt_cache_key: free,
  prompt_cache_retention: free,
  metadata: free,
  store: free,
});
