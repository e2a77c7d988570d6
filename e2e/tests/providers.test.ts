import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import { ApiError, GoogleGenAI, Type } from "@google/genai";
import OpenAI from "openai";
import { startMachine, type Machine } from "../src/machine.ts";
import { managed, operatorToken } from "../src/management.ts";
import { becomeOwner } from "../src/owner.ts";
import { poll } from "../src/poll.ts";
import { sandboxCalls, type SandboxCall } from "../src/sandbox-calls.ts";

interface Event {
  id: string;
  outcome: string;
  usage_source: string;
  simulated: boolean;
  provider: string;
  stream: boolean;
  model_requested: string;
  status: number | null;
  usage: Record<string, number>;
  cost_nanousd: string;
}

let machine: Machine;
let token: string;
let key: string;
before(async () => {
  machine = await startMachine();
  await becomeOwner(machine);
  token = await operatorToken(machine);
  key = await mint("roomy");
});
after(() => machine?.stop());

async function mint(name: string, limitUsd?: string): Promise<string> {
  const body = { name, mode: "test", ...(limitUsd === undefined ? {} : { limit_usd: limitUsd }) };
  return (await managed<{ key: string }>(201, machine, { token }, "POST", "/api/v1/virtual-keys", { body })).key;
}

const openai = (apiKey = key): OpenAI => new OpenAI({ apiKey, baseURL: `${machine.gateway}/openai/v1` });
const anthropic = (apiKey = key): Anthropic => new Anthropic({ apiKey, baseURL: `${machine.gateway}/anthropic` });
const google = (apiKey = key): GoogleGenAI =>
  new GoogleGenAI({ apiKey, httpOptions: { baseUrl: `${machine.gateway}/google` } });

/** List prices in nano-dollars for each token: $ per million × 1,000. Input, output. */
const PRICES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  "gpt-4o-mini": [150n, 600n],
  "text-embedding-3-small": [20n, 0n],
  "claude-haiku-4-5": [1_000n, 5_000n],
  "gemini-2.5-flash": [300n, 2_500n],
};

/** What happened at the provider while `work` ran: its own account of each call. */
async function callsOf(work: () => Promise<unknown>): Promise<SandboxCall[]> {
  const before = new Set((await sandboxCalls(machine)).map((call) => call.id));
  await work();
  return poll("the provider to have finished", async () => {
    const since = (await sandboxCalls(machine)).filter((call) => !before.has(call.id));
    return since.length > 0 && since.every((call) => call.finished_at !== null) ? since : null;
  });
}

async function eventOf(call: SandboxCall): Promise<Event> {
  const id = call.client_request_id ?? "";
  return poll(`the event of ${id}`, async () => {
    const page = await managed<{ items: Event[] }>(200, machine, { token }, "GET", "/api/v1/usage/events?limit=200");
    return page.items.find((event) => event.id === id) ?? null;
  });
}

/** One call, one event: with the tokens the provider counted and the cost they have at its list price. */
async function becomesOneEvent(
  expected: { provider: string; model: string; stream?: boolean },
  work: () => Promise<unknown>,
): Promise<void> {
  const calls = await callsOf(work);
  assert.equal(calls.length, 1, "the provider received another number of calls");
  const [call] = calls;
  assert.ok(call);
  const event = await eventOf(call);
  const { provider, model, stream = false } = expected;
  assert.deepEqual(
    [event.provider, event.model_requested, event.stream, event.simulated],
    [provider, model, stream, true],
  );
  assert.deepEqual([event.outcome, event.usage_source, event.status], ["settled", "provider", 200]);
  const { usage } = event;
  const sum = (...buckets: string[]): number => buckets.reduce((total, name) => total + (usage[name] ?? 0), 0);
  const input = sum("input", "cache_read", "cache_write_5m", "cache_write_1h", "audio_in");
  const output = sum("output", "reasoning", "audio_out");
  assert.deepEqual({ input, output }, { input: call.usage?.input, output: call.usage?.output });
  const [inputPrice, outputPrice] = PRICES[model] ?? [0n, 0n];
  assert.equal(event.cost_nanousd, (BigInt(input) * inputPrice + BigInt(output) * outputPrice).toString());
  assert.notEqual(event.cost_nanousd, "0");
}

const CHAT = { model: "gpt-4o-mini", max_completion_tokens: 60 } as const;
const MESSAGES = { model: "claude-haiku-4-5", max_tokens: 60 } as const;
const GENERATE = { model: "gemini-2.5-flash", config: { maxOutputTokens: 60 } } as const;
const user = (content: string) => [{ role: "user" as const, content }];
const schema = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
} as const;

test("OpenAI: a plain chat completion", () =>
  becomesOneEvent({ provider: "openai", model: CHAT.model }, async () => {
    const answer = await openai().chat.completions.create({ ...CHAT, messages: user("Say something.") });
    assert.ok(answer.choices[0]?.message.content);
  }));

test("OpenAI: a streamed chat completion", () =>
  becomesOneEvent({ provider: "openai", model: CHAT.model, stream: true }, async () => {
    const stream = await openai().chat.completions.create({ ...CHAT, messages: user("Say something."), stream: true });
    let text = "";
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    assert.ok(text.length > 0);
  }));

test("OpenAI: a chat completion with a tool", () =>
  becomesOneEvent({ provider: "openai", model: CHAT.model }, async () => {
    const answer = await openai().chat.completions.create({
      ...CHAT,
      messages: user("The weather?"),
      tools: [{ type: "function", function: { name: "weather", parameters: schema } }],
    });
    const [call] = answer.choices[0]?.message.tool_calls ?? [];
    assert.ok(call?.type === "function" && call.function.name === "weather");
    assert.equal(typeof JSON.parse(call.function.arguments).city, "string");
  }));

test("OpenAI: a response, plain and streamed", async () => {
  const ask = { model: CHAT.model, max_output_tokens: 60, input: "Say something." };
  await becomesOneEvent({ provider: "openai", model: CHAT.model }, async () => {
    assert.ok((await openai().responses.create(ask)).output_text);
  });
  await becomesOneEvent({ provider: "openai", model: CHAT.model, stream: true }, async () => {
    let last = "";
    for await (const event of await openai().responses.create({ ...ask, stream: true })) last = event.type;
    assert.equal(last, "response.completed");
  });
});

test("OpenAI: embeddings", () =>
  becomesOneEvent({ provider: "openai", model: "text-embedding-3-small" }, async () => {
    const answer = await openai().embeddings.create({
      model: "text-embedding-3-small",
      input: ["one text", "another"],
    });
    assert.equal(answer.data.length, 2);
  }));

test("Anthropic: a plain message", () =>
  becomesOneEvent({ provider: "anthropic", model: MESSAGES.model }, async () => {
    const answer = await anthropic().messages.create({ ...MESSAGES, messages: user("Say something.") });
    assert.equal(answer.content[0]?.type, "text");
  }));

test("Anthropic: a streamed message", () =>
  becomesOneEvent({ provider: "anthropic", model: MESSAGES.model, stream: true }, async () => {
    const stream = anthropic().messages.stream({ ...MESSAGES, messages: user("Say something.") });
    assert.ok((await stream.finalText()).length > 0);
  }));

test("Anthropic: a message with a tool", () =>
  becomesOneEvent({ provider: "anthropic", model: MESSAGES.model }, async () => {
    const answer = await anthropic().messages.create({
      ...MESSAGES,
      messages: user("The weather?"),
      tools: [{ name: "weather", input_schema: { ...schema, required: ["city"] } }],
    });
    const call = answer.content.find((block) => block.type === "tool_use");
    assert.equal(call?.name, "weather");
  }));

test("Google: plain content", () =>
  becomesOneEvent({ provider: "google", model: GENERATE.model }, async () => {
    const answer = await google().models.generateContent({ ...GENERATE, contents: "Say something." });
    assert.ok(answer.text);
  }));

test("Google: streamed content", () =>
  becomesOneEvent({ provider: "google", model: GENERATE.model, stream: true }, async () => {
    let text = "";
    for await (const chunk of await google().models.generateContentStream({ ...GENERATE, contents: "Say something." }))
      text += chunk.text ?? "";
    assert.ok(text.length > 0);
  }));

test("Google: content with a tool", () =>
  becomesOneEvent({ provider: "google", model: GENERATE.model }, async () => {
    const parameters = { type: Type.OBJECT, properties: { city: { type: Type.STRING } }, required: ["city"] };
    const answer = await google().models.generateContent({
      model: GENERATE.model,
      contents: "The weather?",
      config: { maxOutputTokens: 60, tools: [{ functionDeclarations: [{ name: "weather", parameters }] }] },
    });
    assert.equal(answer.functionCalls?.[0]?.name, "weather");
  }));

test("models and token counts pass, cost nothing and are no spend", async () => {
  const spent = async (): Promise<unknown> =>
    (
      await managed<{ total: { cost_nanousd: string } }>(
        200,
        machine,
        { token },
        "GET",
        "/api/v1/usage/summary?simulated=true",
      )
    ).total.cost_nanousd;
  const before = await spent();
  assert.ok((await openai().models.list()).data.length > 0);
  assert.equal((await openai().models.retrieve("gpt-4o-mini")).id, "gpt-4o-mini");
  assert.ok((await anthropic().models.list()).data.length > 0);
  const counted = await anthropic().messages.countTokens({ model: MESSAGES.model, messages: user("How many?") });
  assert.ok(counted.input_tokens > 0);
  const tokens = await google().models.countTokens({ model: GENERATE.model, contents: "How many?" });
  assert.ok((tokens.totalTokens ?? 0) > 0);
  assert.ok((await google().models.get({ model: GENERATE.model })).name?.includes(GENERATE.model));
  assert.equal(await spent(), before);
});

test("a provider's error reaches each official library as its own kind of error, and costs nothing", async () => {
  const asked: readonly [string, () => Promise<unknown>, (error: unknown) => boolean][] = [
    [
      "openai",
      () => openai().chat.completions.create({ ...CHAT, messages: user("sandbox:status=400") }),
      (error) => error instanceof OpenAI.BadRequestError,
    ],
    [
      "anthropic",
      () => anthropic().messages.create({ ...MESSAGES, messages: user("sandbox:status=400") }),
      (error) => error instanceof Anthropic.BadRequestError,
    ],
    [
      "google",
      () => google().models.generateContent({ ...GENERATE, contents: "sandbox:status=400" }),
      (error) => error instanceof ApiError && error.status === 400,
    ],
  ];
  for (const [provider, ask, isTheirs] of asked) {
    const [call, ...more] = await callsOf(() => assert.rejects(ask(), isTheirs, provider));
    assert.ok(call && more.length === 0, provider);
    const event = await eventOf(call);
    assert.deepEqual([event.provider, event.status, event.cost_nanousd], [provider, 400, "0"]);
  }
});

test("a client that hangs up in the middle of a stream is charged for what the provider generated", async () => {
  const text = "Go on. sandbox:slow=20 sandbox:chunks=15 sandbox:tokens=60";
  const abort = new AbortController();
  const asked: readonly [string, string, () => Promise<unknown>][] = [
    [
      "openai",
      CHAT.model,
      async () => {
        const stream = await openai().chat.completions.create({ ...CHAT, messages: user(text), stream: true });
        for await (const chunk of stream) if (chunk.choices[0]?.delta.content) stream.controller.abort();
      },
    ],
    [
      "anthropic",
      MESSAGES.model,
      async () => {
        const stream = await anthropic().messages.create({ ...MESSAGES, messages: user(text), stream: true });
        for await (const event of stream) if (event.type === "content_block_delta") stream.controller.abort();
      },
    ],
    [
      "google",
      GENERATE.model,
      async () => {
        const config = { ...GENERATE.config, abortSignal: abort.signal };
        const stream = await google().models.generateContentStream({ ...GENERATE, contents: text, config });
        for await (const _ of stream) abort.abort();
      },
    ],
  ];
  for (const [provider, model, hangUp] of asked) {
    // Whether leaving throws is each library's own choice.
    await becomesOneEvent({ provider, model, stream: true }, () => hangUp().catch(() => undefined));
  }
});

test("past its limit a virtual key is refused with 402, which no official library retries or passes on", async () => {
  const narrow = await mint("narrow", "0.0006");
  // About 0.0003 dollars each: one fits, a second does not.
  const spend = user("Enough. sandbox:tokens=400");
  await callsOf(() => openai(narrow).chat.completions.create({ ...CHAT, max_completion_tokens: 500, messages: spend }));
  const before = (await sandboxCalls(machine)).length;
  const refused: readonly [string, () => Promise<unknown>, (error: unknown) => boolean][] = [
    [
      "openai",
      () => openai(narrow).chat.completions.create({ ...CHAT, max_completion_tokens: 900, messages: spend }),
      (error) => error instanceof OpenAI.APIError && error.status === 402 && error.code === "budget_exceeded",
    ],
    [
      "anthropic",
      () => anthropic(narrow).messages.create({ ...MESSAGES, max_tokens: 500, messages: spend }),
      (error) => error instanceof Anthropic.APIError && error.status === 402,
    ],
    [
      "google",
      () => google(narrow).models.generateContent({ ...GENERATE, contents: "x", config: { maxOutputTokens: 5_000 } }),
      (error) => error instanceof ApiError && error.status === 402,
    ],
  ];
  for (const [provider, ask, isRefusal] of refused) await assert.rejects(ask(), isRefusal, provider);
  assert.equal((await sandboxCalls(machine)).length, before, "a refused call reached the provider");
  const { items } = await poll("the three refusals", async () => {
    const page = await managed<{ items: { code: string; provider: string }[] }>(
      200,
      machine,
      { token },
      "GET",
      "/api/v1/usage/refusals",
    );
    return page.items.length >= 3 ? page : null;
  });
  assert.deepEqual(
    items.map(({ code, provider }) => `${provider} ${code}`).sort(),
    ["anthropic budget_exceeded", "google budget_exceeded", "openai budget_exceeded"],
    "each was asked once: nothing retried",
  );
});
