import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, Type } from "@google/genai";
import { countBounded } from "../src/count-tokens.ts";
import { credential, google, running } from "./running.ts";

const model = "gemini-2.5-flash";

test("plain content is marked simulated and counts its own tokens", async (t) => {
  const answer = await google(await running(t)).models.generateContent({ model, contents: "hello" });
  assert.match(answer.text ?? "", /^\[simulated\] /);
  assert.equal(answer.candidates?.[0]?.finishReason, "STOP");
  assert.equal(answer.usageMetadata?.candidatesTokenCount, countBounded(answer.text ?? ""));
  assert.deepEqual(answer.usageMetadata?.promptTokensDetails, [{ modality: "TEXT", tokenCount: 2 }]);
  assert.equal(answer.sdkHttpResponse?.headers?.["x-sandbox"], "simulated");
});

test("thoughts stand beside the candidates, and both fit in maxOutputTokens", async (t) => {
  const contents = "sandbox:reasoning=6 sandbox:cached=3 sandbox:audio=2 sandbox:audio-in=4";
  const { usageMetadata: usage, candidates } = await google(await running(t)).models.generateContent({
    model,
    contents,
    config: { maxOutputTokens: 20 },
  });
  assert.equal(candidates?.[0]?.finishReason, "MAX_TOKENS");
  assert.deepEqual(
    [usage?.thoughtsTokenCount, usage?.candidatesTokenCount, usage?.cachedContentTokenCount],
    [6, 14, 3],
  );
  assert.equal(usage?.totalTokenCount, (usage?.promptTokenCount ?? 0) + 20);
  assert.deepEqual(usage?.candidatesTokensDetails, [
    { modality: "TEXT", tokenCount: 12 },
    { modality: "AUDIO", tokenCount: 2 },
  ]);
  assert.deepEqual(usage?.promptTokensDetails?.[1], { modality: "AUDIO", tokenCount: 4 });
});

test("a stream adds up to the plain content, as events and as one JSON array", async (t) => {
  const sandbox = await running(t);
  const plain = await google(sandbox).models.generateContent({ model, contents: "hello" });
  let text = "";
  let last;
  for await (const chunk of await google(sandbox).models.generateContentStream({ model, contents: "hello" })) {
    text += chunk.text ?? "";
    last = chunk;
  }
  assert.equal(text, plain.text);
  assert.deepEqual(last?.usageMetadata, plain.usageMetadata);
  const array = await fetch(`${sandbox.origin}/google/v1beta/models/${model}:streamGenerateContent`, {
    method: "POST",
    headers: { "x-goog-api-key": credential() },
    body: JSON.stringify({ contents: [{ parts: [{ text: "hello" }] }] }),
  });
  const chunks = (await array.json()) as { candidates: { content: { parts: { text: string }[] } }[] }[];
  assert.equal(chunks.map((chunk) => chunk.candidates[0]?.content.parts[0]?.text).join(""), plain.text);
});

test("an offered function is called with arguments that fit its schema", async (t) => {
  const client = google(await running(t));
  const parameters = { type: Type.OBJECT, properties: { city: { type: Type.STRING } }, required: ["city"] };
  const config = { tools: [{ functionDeclarations: [{ name: "weather", parameters }] }] };
  const plain = await client.models.generateContent({ model, contents: "weather?", config });
  assert.deepEqual(plain.functionCalls, [{ name: "weather", args: { city: "simulated" } }]);
  const calls: unknown[] = [];
  for await (const chunk of await client.models.generateContentStream({ model, contents: "weather?", config }))
    calls.push(...(chunk.functionCalls ?? []));
  assert.deepEqual(calls, plain.functionCalls);
});

test("countTokens agrees with what the content is then charged", async (t) => {
  const client = google(await running(t));
  const contents = "how many tokens are these";
  const counted = await client.models.countTokens({ model, contents });
  assert.equal(
    counted.totalTokens,
    (await client.models.generateContent({ model, contents })).usageMetadata?.promptTokenCount,
  );
});

test("models are listed and found", async (t) => {
  const client = google(await running(t));
  const names: (string | undefined)[] = [];
  for await (const item of await client.models.list()) names.push(item.name);
  assert.ok(names.includes(`models/${model}`));
  assert.equal((await client.models.get({ model })).name, `models/${model}`);
});

test("refusals arrive as the library's own errors", async (t) => {
  const sandbox = await running(t);
  const ask = (contents: string, apiKey = credential()) =>
    google(sandbox, apiKey).models.generateContent({ model, contents });
  await assert.rejects(
    ask("sandbox:status=429"),
    (error) => error instanceof ApiError && error.status === 429 && /RESOURCE_EXHAUSTED/.test(error.message),
  );
  await assert.rejects(
    ask("hi", credential("AIzaInvalid")),
    (error) => error instanceof ApiError && error.status === 400 && /API_KEY_INVALID/.test(error.message),
  );
});
