import assert from "node:assert/strict";
import { test } from "node:test";
import {
  MeteringError,
  editTopLevel,
  inspectRequest,
  limitOutput,
  type Endpoint,
  type Inspection,
  type Provider,
} from "../src/index.ts";

const PROVIDERS: Partial<Record<Endpoint, Provider>> = {
  "chat.completions": "openai",
  responses: "openai",
  embeddings: "openai",
  messages: "anthropic",
  count_tokens: "anthropic",
  generateContent: "google",
  streamGenerateContent: "google",
};

function inspect(endpoint: Endpoint, body: unknown, limited = true): Inspection {
  const provider = PROVIDERS[endpoint] ?? "google";
  const raw = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  return inspectRequest(
    provider,
    endpoint,
    raw,
    provider === "google" ? { limited, model: "gemini-2.5-flash" } : { limited },
  );
}

const chat = (more: object = {}) => ({ model: "gpt-4o-mini", messages: [{ role: "user", content: "Hi" }], ...more });
const claude = (more: object = {}) => ({
  model: "claude-sonnet-4-5",
  max_tokens: 5,
  messages: [{ role: "user", content: "Hi" }],
  ...more,
});
const gemini = (more: object = {}) => ({ contents: [{ role: "user", parts: [{ text: "Hi" }] }], ...more });
const respond = (more: object = {}) => ({ model: "gpt-5.1", input: "Hi", ...more });

const PNG = "data:image/png;base64,AAAA";
const tool = {
  type: "function",
  function: { name: "f", description: "d", parameters: { type: "object", properties: {} } },
};

test("ordinary requests keep to the closed table", () => {
  const requests: [Endpoint, object][] = [
    ["chat.completions", chat({ temperature: 0.5, stop: null, user: "u", metadata: { a: "b" }, store: true, seed: 1 })],
    ["chat.completions", chat({ tools: [tool], tool_choice: "auto", parallel_tool_calls: false })],
    ["chat.completions", chat({ response_format: { type: "json_schema", json_schema: { name: "n", schema: {} } } })],
    [
      "chat.completions",
      chat({
        messages: [
          { role: "system", content: [{ type: "text", text: "s" }] },
          { role: "user", content: [{ type: "image_url", image_url: { url: PNG, detail: "low" } }] },
          {
            role: "assistant",
            content: null,
            refusal: null,
            annotations: [],
            audio: null,
            tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: "{}" } }],
          },
          { role: "tool", tool_call_id: "c", content: "4" },
        ],
      }),
    ],
    [
      "responses",
      respond({ tools: [{ type: "function", name: "f", parameters: {}, strict: true }], reasoning: { effort: "low" } }),
    ],
    [
      "responses",
      respond({
        input: [{ role: "user", content: [{ type: "input_text", text: "x" }] }],
        text: { format: { type: "text" } },
      }),
    ],
    [
      "responses",
      respond({
        input: [{ type: "function_call_output", call_id: "c", output: "4" }],
        background: false,
        store: false,
      }),
    ],
    ["embeddings", { model: "text-embedding-3-small", input: ["a", "b"], dimensions: 3, encoding_format: "base64" }],
    ["embeddings", { model: "text-embedding-3-small", input: [[1, 2], [3]] }],
    [
      "messages",
      claude({
        system: [{ type: "text", text: "s", cache_control: { type: "ephemeral" } }],
        thinking: { type: "enabled", budget_tokens: 1024 },
      }),
    ],
    [
      "messages",
      claude({
        tools: [
          { name: "t", input_schema: {} },
          { type: "bash_20250124", name: "bash" },
        ],
      }),
    ],
    [
      "messages",
      claude({
        messages: [
          {
            role: "user",
            content: [{ type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } }],
          },
          {
            role: "assistant",
            content: [
              { type: "thinking", thinking: "t", signature: "s" },
              { type: "tool_use", id: "i", name: "t", input: { a: 1 } },
            ],
          },
          {
            role: "user",
            content: [{ type: "tool_result", tool_use_id: "i", content: [{ type: "text", text: "4" }] }],
          },
        ],
      }),
    ],
    [
      "generateContent",
      gemini({ systemInstruction: { parts: [{ text: "s" }] }, safetySettings: [{ category: "x", threshold: "y" }] }),
    ],
    ["generateContent", gemini({ tools: [{ functionDeclarations: [{ name: "f", parameters: {} }] }], toolConfig: {} })],
    [
      "generateContent",
      gemini({ generation_config: { max_output_tokens: 4, thinking_config: { thinking_budget: 0 } } }),
    ],
    ["streamGenerateContent", gemini({ generationConfig: { maxOutputTokens: 4, responseModalities: ["TEXT"] } })],
  ];
  for (const [endpoint, body] of requests) assert.equal(inspect(endpoint, body).notMetered, null, JSON.stringify(body));
});

const user = (part: object) => ({ messages: [{ role: "user", content: [part] }] });

const NOT_METERED: [Endpoint, object, string][] = [
  ["chat.completions", chat({ shiny_new_field: 1 }), "shiny_new_field"],
  ["chat.completions", chat({ Max_Tokens: 1 }), "Max_Tokens"],
  ["chat.completions", chat({ prediction: { type: "content", content: "x" } }), "prediction"],
  ["chat.completions", chat({ web_search_options: {} }), "web_search_options"],
  ["chat.completions", chat({ service_tier: "priority" }), "service_tier"],
  ["chat.completions", chat({ modalities: ["text", "audio"], audio: { voice: "a", format: "wav" } }), "modalities[1]"],
  ["chat.completions", chat({ tools: [{ type: "web_search" }] }), "tools[0].type"],
  [
    "chat.completions",
    chat(user({ type: "image_url", image_url: { url: "https://example.test/a.png" } })),
    "messages[0].content[0].image_url.url",
  ],
  ["chat.completions", chat(user({ type: "file", file: { file_id: "f" } })), "messages[0].content[0]"],
  ["chat.completions", chat(user({ type: "input_audio", input_audio: {} })), "messages[0].content[0]"],
  ["chat.completions", chat({ messages: [{ role: "assistant", audio: { id: "a" } }] }), "messages[0].audio"],
  ["chat.completions", { ...chat(), model: "gpt-4o-search-preview" }, "model"],
  ["chat.completions", { ...chat(), model: "gpt-4o-audio-preview" }, "model"],
  ["responses", respond({ background: true }), "background"],
  ["responses", respond({ previous_response_id: "r" }), "previous_response_id"],
  ["responses", respond({ conversation: "c" }), "conversation"],
  ["responses", respond({ prompt: { id: "p" } }), "prompt"],
  ["responses", respond({ tools: [{ type: "code_interpreter", container: { type: "auto" } }] }), "tools[0].type"],
  ["responses", respond({ tools: [{ type: "mcp", server_url: "x" }] }), "tools[0].type"],
  ["responses", respond({ input: [{ type: "item_reference", id: "i" }] }), "input[0].type"],
  [
    "responses",
    respond({ input: [{ role: "user", content: [{ type: "input_image", file_id: "f" }] }] }),
    "input[0].content[0].file_id",
  ],
  ["messages", claude({ mcp_servers: [] }), "mcp_servers"],
  ["messages", claude({ container: "c" }), "container"],
  ["messages", claude({ speed: "fast" }), "speed"],
  ["messages", claude({ inference_geo: "us" }), "inference_geo"],
  ["messages", claude({ context_management: {} }), "context_management"],
  ["messages", claude({ tools: [{ type: "web_search_20250305", name: "web_search" }] }), "tools[0].type"],
  ["messages", claude({ cache_control: { type: "ephemeral", ttl: "1y" } }), "cache_control"],
  [
    "messages",
    claude(user({ type: "document", source: { type: "base64", data: "" } })),
    "messages[0].content[0].source.type",
  ],
  ["messages", claude(user({ type: "image", source: { type: "url", url: "x" } })), "messages[0].content[0].source"],
  [
    "messages",
    claude(user({ type: "document", source: { type: "text", data: "" }, citations: { enabled: true } })),
    "messages[0].content[0].citations.enabled",
  ],
  ["generateContent", gemini({ cachedContent: "c" }), "cachedContent"],
  ["generateContent", gemini({ cached_content: "c" }), "cached_content"],
  ["generateContent", gemini({ tools: [{ googleSearch: {} }] }), "tools[0].googleSearch"],
  ["generateContent", gemini({ tools: [{ code_execution: {} }] }), "tools[0].code_execution"],
  [
    "generateContent",
    gemini({ contents: [{ parts: [{ fileData: { fileUri: "x" } }] }] }),
    "contents[0].parts[0].fileData",
  ],
  ["generateContent", gemini({ contents: [{ parts: [{ inlineData: {} }] }] }), "contents[0].parts[0].inlineData"],
  [
    "generateContent",
    gemini({ generationConfig: { responseModalities: ["IMAGE"] } }),
    "generationConfig.responseModalities[0]",
  ],
  ["generateContent", gemini({ generationConfig: {}, generation_config: {} }), "generation_config"],
  [
    "generateContent",
    gemini({ generationConfig: { maxOutputTokens: 1, max_output_tokens: 9 } }),
    "generationConfig.max_output_tokens",
  ],
];

for (const [endpoint, body, path] of NOT_METERED) {
  test(`${endpoint}: ${path} is not metered under a limit, and passes without one`, () => {
    assert.equal(inspect(endpoint, body).notMetered, path);
    assert.equal(inspect(endpoint, body, false).notMetered, null);
  });
}

test("a path names fields, bounded and plain, and never carries a value", () => {
  const name = `a b<script>${"x".repeat(500)}`;
  const path = inspect("chat.completions", chat({ [name]: "secret-value" })).notMetered ?? "";
  assert.match(path, /^[\w.$-]{1,64}$/);
  assert.ok(!path.includes("secret-value"));
});

const invalid = (path: string | null) => (error: unknown) =>
  error instanceof MeteringError && error.code === "body_invalid" && error.path === path;

test("duplicate names at any depth, spelt with escapes or not, are refused under a limit", () => {
  const bodies: [string, string][] = [
    ['{"model":"a","model":"b","messages":[]}', "model"],
    ['{"model":"a","mod\\u0065l":"b"}', "model"],
    ['{"model":"a","messages":[{"role":"user","content":[{"type":"text","text":"","text":""}]}]}', "text"],
  ];
  for (const [body, path] of bodies) {
    assert.throws(() => inspect("chat.completions", body), invalid(path));
    assert.equal(inspect("chat.completions", body, false).notMetered, null);
  }
});

test("equal names in different objects are no duplicates, nor is text that looks like one", () => {
  const body = chat({
    messages: [
      { role: "user", content: '{"role":1,"role":2}' },
      { role: "user", content: '\\"role":' },
    ],
  });
  assert.equal(inspect("chat.completions", body).notMetered, null);
});

test("__proto__, broken JSON, broken UTF-8, a byte order mark and deep nesting are refused, limit or not", () => {
  for (const limited of [true, false]) {
    const options = { limited };
    const refuse = (raw: Uint8Array, path: string | null = null): void => {
      assert.throws(() => inspectRequest("openai", "chat.completions", raw, options), invalid(path));
    };
    refuse(Buffer.from('{"model":"a","x":{"__proto__":{"y":1}}}'), "__proto__");
    refuse(Buffer.from('{"model":"a","\\u005f_proto__":1}'), "__proto__");
    for (const text of ["", "{", "[]", "null", '"x"', '{"model":"a",}', "\uFEFF{}"]) refuse(Buffer.from(text));
    refuse(Buffer.concat([Buffer.from('{"model":"a'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]));
    refuse(Buffer.from(`{"model":"a","x":${"[".repeat(200)}${"]".repeat(200)}}`));
  }
});

test("wrong types of the fields that are read are refused with their path", () => {
  const bad: [object, string][] = [
    [chat({ model: 5 }), "model"],
    [chat({ model: "" }), "model"],
    [chat({ stream: "yes" }), "stream"],
    [chat({ n: 0 }), "n"],
    [chat({ n: 1.5 }), "n"],
    [chat({ max_tokens: -1 }), "max_tokens"],
    [chat({ max_completion_tokens: "9" }), "max_completion_tokens"],
    [chat({ stream: true, stream_options: 3 }), "stream_options"],
  ];
  for (const [body, path] of bad) assert.throws(() => inspect("chat.completions", body), invalid(path), path);
});

test("include_usage is added where a stream lacks it, and the standard tier under a limit", () => {
  const add = (more: object, limited: boolean) => {
    const raw = Buffer.from(JSON.stringify(chat(more)));
    const inspection = inspectRequest("openai", "chat.completions", raw, { limited });
    return {
      wants: inspection.wantsUsage,
      body: JSON.parse(Buffer.from(editTopLevel(raw, inspection.edits)).toString()),
    };
  };
  assert.deepEqual(add({ stream: true }, false), {
    wants: false,
    body: chat({ stream: true, stream_options: { include_usage: true } }),
  });
  assert.deepEqual(add({ stream: true, stream_options: { include_usage: true } }, false).wants, true);
  assert.deepEqual(add({ stream: false }, false).body, chat({ stream: false }));
  assert.equal(add({}, true).body.service_tier, "default");
  assert.equal(add({ service_tier: "auto" }, true).body.service_tier, "default");
  assert.equal(add({ service_tier: "flex" }, true).body.service_tier, "flex");
  assert.equal(add({ service_tier: null }, true).body.service_tier, "default");
});

test("the request's own limit on output is read, and lowering it sets the right members", () => {
  const cases: [Endpoint, object, number | null, number, object][] = [
    ["chat.completions", chat({ n: 3 }), null, 3, { max_completion_tokens: 7 }],
    ["chat.completions", chat({ max_tokens: 50 }), 50, 1, { max_tokens: 7 }],
    [
      "chat.completions",
      chat({ max_tokens: 50, max_completion_tokens: 90 }),
      90,
      1,
      { max_tokens: 7, max_completion_tokens: 7 },
    ],
    ["responses", respond({ max_output_tokens: null }), null, 1, { max_output_tokens: 7 }],
    ["messages", claude(), 5, 1, { max_tokens: 7 }],
    ["generateContent", gemini(), null, 1, { generationConfig: { maxOutputTokens: 7 } }],
    [
      "generateContent",
      gemini({ generation_config: { candidate_count: 2, max_output_tokens: 9 } }),
      9,
      2,
      { generation_config: { candidate_count: 2, max_output_tokens: 7 } },
    ],
  ];
  for (const [endpoint, body, limit, n, after] of cases) {
    const inspection = inspect(endpoint, body);
    assert.deepEqual([inspection.maxOutput, inspection.n], [limit, n]);
    const edited = JSON.parse(
      Buffer.from(editTopLevel(Buffer.from(JSON.stringify(body)), limitOutput(inspection, 7))).toString(),
    );
    assert.deepEqual(edited, { ...body, ...after });
  }
});
