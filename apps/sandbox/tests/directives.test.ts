import assert from "node:assert/strict";
import { test } from "node:test";
import { APIError } from "openai";
import { parseDirectives } from "../src/directives.ts";
import type { Sandbox } from "../src/index.ts";
import { anthropic, credential, google, openai, rawChat, running } from "./running.ts";

const STREAM = { stream: true, stream_options: { include_usage: true } };

interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  prompt_tokens_details: { cached_tokens: number; audio_tokens: number };
  completion_tokens_details: { reasoning_tokens: number; audio_tokens: number };
}

async function chatBody(
  sandbox: Sandbox,
  text: string,
  fields = {},
): Promise<{ usage?: Usage; choices: { finish_reason: string; message: { content: string } }[] }> {
  return (await (await rawChat(sandbox, text, fields)).json()) as Awaited<ReturnType<typeof chatBody>>;
}

/** The data of each event of a raw stream. */
function events(stream: string): string[] {
  return [...stream.matchAll(/^data: (.*)$/gm)].map((match) => match[1] ?? "");
}

test("only the last user text carries directives, and unknown ones change nothing", async (t) => {
  const sandbox = await running(t);
  const plain = await chatBody(sandbox, "hi");
  assert.equal(
    plain.choices[0]?.message.content,
    (await chatBody(sandbox, "sandbox:nothing=1 sandbox:status=200")).choices[0]?.message.content,
  );
  const messages = [
    { role: "user", content: "sandbox:status=500" },
    { role: "assistant", content: "sandbox:status=500" },
    { role: "user", content: "hi" },
  ];
  assert.equal((await rawChat(sandbox, "", { messages })).status, 200);
});

test("values beyond a directive's range are held to its maximum", () => {
  assert.equal(parseDirectives("sandbox:big=999999999").big, 64 * 1024 * 1024);
  assert.equal(parseDirectives("sandbox:slow=999999999").slow, 60_000);
  assert.equal(parseDirectives("sandbox:tokens=999999999").tokens, 200_000);
});

for (const status of [400, 401, 403, 404, 429, 500, 503]) {
  test(`status=${status} is answered in each provider's error shape`, async (t) => {
    const sandbox = await running(t);
    const text = `sandbox:status=${status}`;
    const own = await rawChat(sandbox, text);
    assert.equal(own.status, status);
    assert.equal(own.headers.get("retry-after"), status === 429 || status === 503 ? "1" : null);
    assert.equal(typeof ((await own.json()) as { error: { type: string } }).error.type, "string");
    const claude = anthropic(sandbox).messages.create({
      model: "claude-opus-4-6",
      max_tokens: 9,
      messages: [{ role: "user", content: text }],
    });
    await assert.rejects(claude, { status });
    await assert.rejects(google(sandbox).models.generateContent({ model: "gemini-2.5-pro", contents: text }), {
      status,
    });
  });
}

test("status=401-echo repeats the credential, which a proxy must not pass on", async (t) => {
  const sandbox = await running(t);
  const canary = credential();
  const ask = openai(sandbox, canary).chat.completions.create({
    model: "gpt-4o",
    messages: [{ role: "user", content: "sandbox:status=401-echo" }],
  });
  await assert.rejects(
    ask,
    (error) => error instanceof APIError && error.status === 401 && error.message.includes(canary),
  );
});

test("stall sends headers and then nothing until its own limit cuts it", async (t) => {
  const sandbox = await running(t, { maxStallMs: 50 });
  for (const fields of [{}, STREAM]) {
    const response = await rawChat(sandbox, "sandbox:stall", fields);
    assert.equal(response.status, 200);
    await assert.rejects(response.text());
  }
  assert.deepEqual(
    sandbox.calls().map((call) => [call.completed, call.bytes_sent]),
    [
      [false, 0],
      [false, 0],
    ],
  );
});

test("stall-before-headers sends nothing at all until its own limit cuts it", async (t) => {
  const sandbox = await running(t, { maxStallMs: 50 });
  await assert.rejects(rawChat(sandbox, "sandbox:stall-before-headers"));
  assert.equal(sandbox.calls()[0]?.completed, false);
});

test("half-stream breaks the socket after some of the answer, plain and streamed", async (t) => {
  const sandbox = await running(t);
  for (const fields of [{}, STREAM]) {
    const response = await rawChat(sandbox, "sandbox:half-stream", fields);
    assert.equal(response.status, 200);
    let text = "";
    await assert.rejects(async () => {
      for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
    });
    assert.ok(text.length > 100 && !text.includes("[DONE]"));
  }
  assert.deepEqual(
    sandbox.calls().map((call) => call.completed),
    [false, false],
  );
});

test("error-event ends a stream that began well with the provider's error", async (t) => {
  const sandbox = await running(t);
  const received = events(await (await rawChat(sandbox, "sandbox:error-event", STREAM)).text());
  assert.match(received[0] ?? "", /chat\.completion\.chunk/);
  assert.match(received.at(-1) ?? "", /"server_error"/);
});

test("garbage is 200 with a body that is no JSON, plain and streamed", async (t) => {
  const sandbox = await running(t);
  for (const fields of [{}, STREAM]) {
    const response = await rawChat(sandbox, "sandbox:garbage", fields);
    assert.equal(response.status, 200);
    const text = await response.text();
    for (const part of [text, ...events(text)]) assert.throws(() => JSON.parse(part) as unknown);
  }
});

test("slow and wait pace the answer without changing it", async (t) => {
  const sandbox = await running(t);
  const paced = await chatBody(sandbox, "sandbox:wait=20");
  assert.equal(paced.choices[0]?.finish_reason, "stop");
  const stream = await (await rawChat(sandbox, "sandbox:slow=2 sandbox:tokens=10", STREAM)).text();
  assert.equal(events(stream).at(-1), "[DONE]");
});

test("chunks=N streams exactly N pieces of text", async (t) => {
  const sandbox = await running(t);
  for (const count of [1, 7, 200]) {
    const received = events(await (await rawChat(sandbox, `sandbox:chunks=${count}`, STREAM)).text());
    assert.equal(received.filter((data) => /"content":"[^"]/.test(data)).length, count);
  }
});

test("tokens=N is exact, and the output limit still holds", async (t) => {
  const sandbox = await running(t);
  const free = await chatBody(sandbox, "sandbox:tokens=500");
  assert.deepEqual([free.usage?.completion_tokens, free.choices[0]?.finish_reason], [500, "stop"]);
  const held = await chatBody(sandbox, "sandbox:tokens=500", { max_tokens: 40 });
  assert.deepEqual([held.usage?.completion_tokens, held.choices[0]?.finish_reason], [40, "length"]);
});

test("overrun reports more than the limit allowed", async (t) => {
  const sandbox = await running(t);
  assert.equal((await chatBody(sandbox, "sandbox:overrun", { max_tokens: 10 })).usage?.completion_tokens, 110);
  assert.equal((await chatBody(sandbox, "sandbox:overrun=5", { max_tokens: 10 })).usage?.completion_tokens, 15);
  assert.equal(sandbox.calls()[1]?.usage?.output, 15);
});

test("cached, audio-in, reasoning and audio are subsets of the totals", async (t) => {
  const { usage } = await chatBody(
    await running(t),
    "sandbox:cached=5 sandbox:audio-in=4 sandbox:reasoning=7 sandbox:audio=3 sandbox:tokens=20",
  );
  assert.deepEqual([usage?.prompt_tokens_details.cached_tokens, usage?.prompt_tokens_details.audio_tokens], [5, 4]);
  assert.deepEqual(
    [usage?.completion_tokens_details.reasoning_tokens, usage?.completion_tokens_details.audio_tokens],
    [7, 3],
  );
  assert.equal(usage?.completion_tokens, 30);
});

test("cached never exceeds the prompt", async (t) => {
  const { usage } = await chatBody(await running(t), "sandbox:cached=5000");
  assert.equal(usage?.prompt_tokens_details.cached_tokens, usage?.prompt_tokens);
});

test("no-usage leaves usage out everywhere, while the ledger still knows it", async (t) => {
  const sandbox = await running(t);
  assert.equal((await chatBody(sandbox, "sandbox:no-usage")).usage, undefined);
  const stream = await (await rawChat(sandbox, "sandbox:no-usage", STREAM)).text();
  assert.ok(!stream.includes("usage"));
  const content = await google(sandbox).models.generateContent({
    model: "gemini-2.5-pro",
    contents: "sandbox:no-usage",
  });
  assert.equal(content.usageMetadata, undefined);
  for (const call of sandbox.calls())
    assert.deepEqual([call.usage_reported, (call.usage?.output ?? 0) > 0], [false, true]);
});

test("split sends the same bytes one at a time", async (t) => {
  const sandbox = await running(t);
  for (const fields of [{}, STREAM]) {
    const response = await rawChat(sandbox, "sandbox:split sandbox:tokens=6", fields);
    let reads = 0;
    let text = "";
    for await (const chunk of response.body ?? []) {
      reads += 1;
      text += Buffer.from(chunk).toString();
    }
    assert.ok(reads > 100, `read in ${reads} pieces`);
    assert.match(text, /finish_reason":"stop"/);
  }
});

test("big=bytes makes an answer that large, in one chunk when streamed", async (t) => {
  const sandbox = await running(t);
  const plain = await chatBody(sandbox, "sandbox:big=1000000");
  assert.ok((plain.choices[0]?.message.content.length ?? 0) > 1_000_000);
  const received = events(await (await rawChat(sandbox, "sandbox:big=1000000", STREAM)).text());
  assert.ok(received.some((data) => data.length > 1_000_000));
});
