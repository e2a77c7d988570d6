import assert from "node:assert/strict";
import { test } from "node:test";
import { AuthenticationError, NotFoundError, RateLimitError } from "openai";
import { countBounded } from "../src/count-tokens.ts";
import { credential, openai, running } from "./running.ts";

const model = "gpt-4o";
const weather = {
  type: "object",
  properties: { city: { type: "string" }, days: { type: "integer" }, unit: { enum: ["celsius"] } },
  required: ["city", "days", "unit"],
  additionalProperties: false,
};

test("a plain chat answer is marked simulated and counts its own tokens", async (t) => {
  const client = openai(await running(t));
  const { data, response, request_id } = await client.chat.completions
    .create({ model, messages: [{ role: "user", content: "Good morning" }] })
    .withResponse();
  const text = data.choices[0]?.message.content ?? "";
  assert.match(text, /^\[simulated\] /);
  assert.equal(data.choices[0]?.finish_reason, "stop");
  assert.equal(data.usage?.completion_tokens, countBounded(text));
  // The cookbook's arithmetic: 3 for the reply, 3 for the message, 1 for the role, 2 for the words.
  assert.equal(data.usage.prompt_tokens, 9);
  assert.equal(data.usage.total_tokens, 9 + data.usage.completion_tokens);
  assert.equal(response.headers.get("x-sandbox"), "simulated");
  assert.match(request_id ?? "", /^req_[0-9a-f]{32}$/);
  assert.ok(Number(response.headers.get("openai-processing-ms")) >= 1);
});

test("the same question gets the same answer", async (t) => {
  const client = openai(await running(t));
  const ask = () => client.chat.completions.create({ model, messages: [{ role: "user", content: "again" }] });
  const [one, two] = [await ask(), await ask()];
  assert.deepEqual([one.choices, one.usage], [two.choices, two.usage]);
  assert.notEqual(one.id, two.id);
});

test("an answer stops at the output limit and says length", async (t) => {
  const client = openai(await running(t));
  const messages = [{ role: "user" as const, content: "long please" }];
  for (const limit of [{ max_tokens: 5 }, { max_completion_tokens: 5 }]) {
    const answer = await client.chat.completions.create({ model, messages, ...limit });
    assert.equal(answer.choices[0]?.finish_reason, "length");
    assert.equal(answer.usage?.completion_tokens, 5);
    assert.equal(countBounded(answer.choices[0]?.message.content ?? ""), 5);
  }
});

test("n choices are answered, and each is paid for", async (t) => {
  const client = openai(await running(t));
  const body = { model, messages: [{ role: "user" as const, content: "hi" }] };
  const one = await client.chat.completions.create(body);
  const three = await client.chat.completions.create({ ...body, n: 3 });
  assert.equal(three.choices.length, 3);
  assert.equal(three.usage?.completion_tokens, 3 * (one.usage?.completion_tokens ?? 0));
});

test("a stream adds up to the plain answer, and its usage comes only when asked for", async (t) => {
  const client = openai(await running(t));
  const body = { model, messages: [{ role: "user" as const, content: "hi" }] };
  const plain = await client.chat.completions.create(body);
  for (const include of [true, false]) {
    let text = "";
    const usages: unknown[] = [];
    const finishes: unknown[] = [];
    for await (const chunk of await client.chat.completions.create({
      ...body,
      stream: true,
      stream_options: { include_usage: include },
    })) {
      text += chunk.choices[0]?.delta.content ?? "";
      if (chunk.usage) usages.push(chunk.usage);
      if (chunk.choices[0]?.finish_reason) finishes.push(chunk.choices[0].finish_reason);
    }
    assert.equal(text, plain.choices[0]?.message.content);
    assert.deepEqual(usages, include ? [plain.usage] : []);
    assert.deepEqual(finishes, ["stop"]);
  }
});

test("an offered tool is called with arguments that fit its schema, plain and streamed", async (t) => {
  const client = openai(await running(t));
  const tools = [{ type: "function" as const, function: { name: "weather", parameters: weather } }];
  const body = { model, messages: [{ role: "user" as const, content: "weather?" }], tools };
  const plain = await client.chat.completions.create(body);
  const streamed = await client.chat.completions.stream(body).finalChatCompletion();
  for (const answer of [plain, streamed]) {
    const call = answer.choices[0]?.message.tool_calls?.[0];
    assert.equal(answer.choices[0]?.finish_reason, "tool_calls");
    assert.ok(call?.type === "function");
    assert.equal(call.function.name, "weather");
    assert.deepEqual(JSON.parse(call.function.arguments), { city: "simulated", days: 1, unit: "celsius" });
  }
  const call = plain.choices[0]?.message.tool_calls?.[0];
  assert.ok(call);
  const after = await client.chat.completions.create({
    ...body,
    messages: [
      ...body.messages,
      { role: "assistant", tool_calls: [call] },
      { role: "tool", tool_call_id: call.id, content: "rain" },
    ],
  });
  assert.equal(after.choices[0]?.finish_reason, "stop");
});

test("a response is answered plain and streamed, with events numbered without a gap", async (t) => {
  const client = openai(await running(t));
  const plain = await client.responses.create({ model, input: "hello", instructions: "be kind" });
  assert.match(plain.output_text, /^\[simulated\] /);
  assert.equal(plain.status, "completed");
  assert.equal(plain.usage?.output_tokens, countBounded(plain.output_text));
  const numbers: number[] = [];
  const types: string[] = [];
  let text = "";
  for await (const event of await client.responses.create({
    model,
    input: "hello",
    instructions: "be kind",
    stream: true,
  })) {
    numbers.push(event.sequence_number);
    if (types.at(-1) !== event.type) types.push(event.type);
    if (event.type === "response.output_text.delta") text += event.delta;
    if (event.type === "response.completed") assert.deepEqual(event.response.usage, plain.usage);
  }
  assert.equal(text, plain.output_text);
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => index),
  );
  const expected =
    "created in_progress output_item.added content_part.added output_text.delta output_text.done content_part.done output_item.done completed";
  assert.deepEqual(
    types,
    expected.split(" ").map((type) => `response.${type}`),
  );
});

test("a response stopped by its limit is incomplete, and one with tools calls the function", async (t) => {
  const client = openai(await running(t));
  const cut = await client.responses.create({ model, input: "hello", max_output_tokens: 6 });
  assert.deepEqual(
    [cut.status, cut.incomplete_details?.reason, cut.usage?.output_tokens],
    ["incomplete", "max_output_tokens", 6],
  );
  const streamed = await client.responses.stream({ model, input: "hello", max_output_tokens: 6 }).finalResponse();
  assert.deepEqual([streamed.status, streamed.usage?.output_tokens], ["incomplete", 6]);
  const tools = [{ type: "function" as const, name: "weather", parameters: weather, strict: true }];
  const final = await client.responses.stream({ model, input: "weather?", tools }).finalResponse();
  const call = final.output[0];
  assert.ok(call?.type === "function_call");
  assert.deepEqual(
    [call.name, JSON.parse(call.arguments)],
    ["weather", { city: "simulated", days: 1, unit: "celsius" }],
  );
});

test("embeddings are unit vectors, the same as floats and as base64", async (t) => {
  const client = openai(await running(t));
  const body = { model: "text-embedding-3-small", input: ["one two", "three"], dimensions: 64 };
  const floats = await client.embeddings.create({ ...body, encoding_format: "float" });
  const decoded = await client.embeddings.create(body);
  assert.equal(floats.usage.prompt_tokens, 3);
  assert.deepEqual(
    floats.data.map((item) => item.embedding),
    decoded.data.map((item) => Array.from(item.embedding)),
  );
  for (const { embedding } of floats.data) {
    assert.equal(embedding.length, 64);
    assert.ok(Math.abs(embedding.reduce((sum, value) => sum + value * value, 0) - 1) < 1e-5);
  }
  assert.notDeepEqual(floats.data[0]?.embedding, floats.data[1]?.embedding);
  const tokens = await client.embeddings.create({ ...body, input: [[1, 2, 3], [4]] });
  assert.deepEqual([tokens.data.length, tokens.usage.total_tokens], [2, 4]);
});

test("models are listed and found", async (t) => {
  const client = openai(await running(t));
  const names: string[] = [];
  for await (const item of client.models.list()) names.push(item.id);
  assert.ok(names.includes("gpt-4o-mini"));
  assert.equal((await client.models.retrieve("gpt-4o")).id, "gpt-4o");
  await assert.rejects(client.models.retrieve("missing-model"), NotFoundError);
});

test("refusals arrive as the library's own errors", async (t) => {
  const sandbox = await running(t);
  const ask = (text: string, apiKey = credential()) =>
    openai(sandbox, apiKey).chat.completions.create({ model, messages: [{ role: "user", content: text }] });
  await assert.rejects(
    ask("sandbox:status=429"),
    (error) => error instanceof RateLimitError && error.code === "rate_limit_exceeded",
  );
  await assert.rejects(
    ask("hi", credential("sk-invalid-")),
    (error) => error instanceof AuthenticationError && error.code === "invalid_api_key",
  );
  await assert.rejects(openai(sandbox).chat.completions.create({ model, messages: [] }), {
    status: 400,
    param: "messages",
  });
  await assert.rejects(
    openai(sandbox).chat.completions.create({ model: "missing-1", messages: [{ role: "user", content: "hi" }] }),
    { code: "model_not_found" },
  );
});
