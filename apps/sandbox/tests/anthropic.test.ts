import assert from "node:assert/strict";
import { test } from "node:test";
import { AuthenticationError, BadRequestError, InternalServerError } from "@anthropic-ai/sdk";
import { countBounded } from "../src/count-tokens.ts";
import { anthropic, credential, running } from "./running.ts";

const model = "claude-sonnet-5";
const hello = { model, max_tokens: 200, messages: [{ role: "user" as const, content: "hello" }] };

test("a plain message is marked simulated and counts its own tokens", async (t) => {
  const { data, response, request_id } = await anthropic(await running(t))
    .messages.create(hello)
    .withResponse();
  const block = data.content[0];
  assert.ok(block?.type === "text");
  assert.match(block.text, /^\[simulated\] /);
  assert.equal(data.stop_reason, "end_turn");
  assert.equal(data.usage.output_tokens, countBounded(block.text));
  assert.equal(response.headers.get("x-sandbox"), "simulated");
  assert.match(request_id ?? "", /^req_/);
  assert.equal(response.headers.get("anthropic-ratelimit-requests-limit"), "10000");
});

test("a message stops at max_tokens and says so", async (t) => {
  const answer = await anthropic(await running(t)).messages.create({ ...hello, max_tokens: 7 });
  assert.deepEqual([answer.stop_reason, answer.usage.output_tokens], ["max_tokens", 7]);
});

test("a stream adds up to the plain message, with a ping and cumulative usage", async (t) => {
  const client = anthropic(await running(t));
  const plain = await client.messages.create(hello);
  const streamed = await client.messages.stream(hello).finalMessage();
  assert.deepEqual(
    [streamed.content, streamed.usage, streamed.stop_reason],
    [plain.content, plain.usage, plain.stop_reason],
  );
  const raw = await client.messages.create({ ...hello, stream: true }).asResponse();
  const names = [...(await raw.text()).matchAll(/^event: (\w+)$/gm)].map((match) => match[1]);
  const distinct = names.filter((name, index) => name !== names[index - 1]);
  assert.deepEqual(distinct, [
    "message_start",
    "content_block_start",
    "ping",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
  ]);
});

test("an offered tool is used with input that fits its schema, plain and streamed", async (t) => {
  const client = anthropic(await running(t));
  const tools = [
    {
      name: "weather",
      input_schema: { type: "object" as const, properties: { city: { type: "string" } }, required: ["city"] },
    },
  ];
  const plain = await client.messages.create({ ...hello, tools });
  const streamed = await client.messages.stream({ ...hello, tools }).finalMessage();
  for (const answer of [plain, streamed]) {
    const block = answer.content[0];
    assert.ok(block?.type === "tool_use");
    assert.deepEqual([answer.stop_reason, block.name, block.input], ["tool_use", "weather", { city: "simulated" }]);
  }
  const block = plain.content[0];
  assert.ok(block?.type === "tool_use");
  const after = await client.messages.create({
    ...hello,
    tools,
    messages: [
      ...hello.messages,
      { role: "assistant", content: plain.content },
      { role: "user", content: [{ type: "tool_result", tool_use_id: block.id, content: "rain" }] },
    ],
  });
  assert.equal(after.stop_reason, "end_turn");
});

test("count_tokens agrees with what the message is then charged", async (t) => {
  const client = anthropic(await running(t));
  const { max_tokens: _limit, ...prompt } = { ...hello, system: "be brief" };
  const counted = await client.messages.countTokens(prompt);
  assert.equal(counted.input_tokens, (await client.messages.create({ ...prompt, max_tokens: 5 })).usage.input_tokens);
});

test("cache buckets are disjoint and add up to the prompt", async (t) => {
  const client = anthropic(await running(t));
  const text = "sandbox:cached=4 sandbox:cache-write=3 sandbox:cache-write-1h=2 sandbox:reasoning=6";
  const messages = [{ role: "user" as const, content: text }];
  const counted = await client.messages.countTokens({ model, messages });
  const { usage } = await client.messages.create({ model, max_tokens: 100, messages });
  assert.deepEqual(usage.cache_creation, { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 2 });
  assert.deepEqual(
    [usage.cache_read_input_tokens, usage.cache_creation_input_tokens, usage.output_tokens_details?.thinking_tokens],
    [4, 5, 6],
  );
  assert.equal(usage.input_tokens + 4 + 5, counted.input_tokens);
});

test("models are listed and found", async (t) => {
  const client = anthropic(await running(t));
  const names: string[] = [];
  for await (const item of client.models.list()) names.push(item.id);
  assert.ok(names.includes(model));
  assert.equal((await client.models.retrieve(model)).id, model);
});

test("refusals arrive as the library's own errors", async (t) => {
  const sandbox = await running(t);
  const ask = (content: string) =>
    anthropic(sandbox).messages.create({ ...hello, messages: [{ role: "user", content }] });
  await assert.rejects(
    ask("sandbox:status=529"),
    (error) => error instanceof InternalServerError && /overloaded_error/.test(error.message),
  );
  await assert.rejects(anthropic(sandbox, credential("sk-ant-invalid-")).messages.create(hello), AuthenticationError);
  const empty = { ...hello, messages: [] };
  await assert.rejects(anthropic(sandbox).messages.create(empty), BadRequestError);
});
