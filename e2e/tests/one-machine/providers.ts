import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import { ApiError, GoogleGenAI, Type } from "@google/genai";
import OpenAI from "openai";
import type { Machine } from "../../src/machine.ts";
import { managed } from "../../src/management.ts";
import { accept } from "../../src/people.ts";
import { becomesOneEvent, callsOf, eventOf } from "../../src/one-event.ts";
import { poll } from "../../src/poll.ts";
import { callsOfKeys } from "../../src/sandbox-calls.ts";
import { addOrganisation } from "../../src/second-organisation.ts";
import { sharedMachine } from "../../src/shared-machine.ts";

let machine: Machine;
let token: string;
let key: string;
async function mint(name: string, limitUsd?: string): Promise<string> {
  const body = { name, mode: "test", ...(limitUsd === undefined ? {} : { limit_usd: limitUsd }) };
  return (await managed<{ key: string }>(201, machine, { token }, "POST", "/api/v1/virtual-keys", { body })).key;
}

const openai = (apiKey = key): OpenAI => new OpenAI({ apiKey, baseURL: `${machine.gateway}/openai/v1` });
const anthropic = (apiKey = key): Anthropic => new Anthropic({ apiKey, baseURL: `${machine.gateway}/anthropic` });
const google = (apiKey = key): GoogleGenAI =>
  new GoogleGenAI({ apiKey, httpOptions: { baseUrl: `${machine.gateway}/google` } });

const becomes = (expected: { provider: string; model: string; stream?: boolean }, work: () => Promise<unknown>) =>
  becomesOneEvent({ machine, token }, expected, work);

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

describe("the official libraries", () => {
  before(async () => {
    machine = await sharedMachine();
    // An organisation of its own, so that every refusal and all that is spent in it is of this suite.
    const email = "mary@example.test";
    const { invitation } = await addOrganisation(machine, "Official Libraries", email);
    token = (await accept(machine, invitation, email)).apiToken;
    key = await mint("roomy");
  });

  test("OpenAI: a plain chat completion", () =>
    becomes({ provider: "openai", model: CHAT.model }, async () => {
      const asked = openai().chat.completions.create({ ...CHAT, messages: user("Say something.") });
      const { data, response } = await asked.withResponse();
      assert.ok(data.choices[0]?.message.content);
      assert.equal(response.headers.get("x-meterr-simulated"), "true");
    }));

  test("OpenAI: a streamed chat completion, without a chunk of ours in it", () =>
    becomes({ provider: "openai", model: CHAT.model, stream: true }, async () => {
      const stream = await openai().chat.completions.create({
        ...CHAT,
        messages: user("Say something."),
        stream: true,
      });
      let text = "";
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? "";
        assert.ok(chunk.choices.length > 0 && (chunk.usage ?? null) === null, "usage was not asked for");
      }
      assert.ok(text.length > 0);
    }));

  test("OpenAI: a chat completion with a tool", () =>
    becomes({ provider: "openai", model: CHAT.model }, async () => {
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
    await becomes({ provider: "openai", model: CHAT.model }, async () => {
      assert.ok((await openai().responses.create(ask)).output_text);
    });
    await becomes({ provider: "openai", model: CHAT.model, stream: true }, async () => {
      let last = "";
      for await (const event of await openai().responses.create({ ...ask, stream: true })) last = event.type;
      assert.equal(last, "response.completed");
    });
  });

  test("OpenAI: embeddings", () =>
    becomes({ provider: "openai", model: "text-embedding-3-small" }, async () => {
      const answer = await openai().embeddings.create({
        model: "text-embedding-3-small",
        input: ["one text", "another"],
      });
      assert.equal(answer.data.length, 2);
    }));

  test("Anthropic: a plain message", () =>
    becomes({ provider: "anthropic", model: MESSAGES.model }, async () => {
      const answer = await anthropic().messages.create({ ...MESSAGES, messages: user("Say something.") });
      assert.equal(answer.content[0]?.type, "text");
    }));

  test("Anthropic: a streamed message", () =>
    becomes({ provider: "anthropic", model: MESSAGES.model, stream: true }, async () => {
      const stream = anthropic().messages.stream({ ...MESSAGES, messages: user("Say something.") });
      assert.ok((await stream.finalText()).length > 0);
    }));

  test("Anthropic: a message with a tool", () =>
    becomes({ provider: "anthropic", model: MESSAGES.model }, async () => {
      const answer = await anthropic().messages.create({
        ...MESSAGES,
        messages: user("The weather?"),
        tools: [{ name: "weather", input_schema: { ...schema, required: ["city"] } }],
      });
      const call = answer.content.find((block) => block.type === "tool_use");
      assert.equal(call?.name, "weather");
    }));

  test("Google: plain content", () =>
    becomes({ provider: "google", model: GENERATE.model }, async () => {
      const answer = await google().models.generateContent({ ...GENERATE, contents: "Say something." });
      assert.ok(answer.text);
    }));

  test("Google: streamed content", () =>
    becomes({ provider: "google", model: GENERATE.model, stream: true }, async () => {
      let text = "";
      for await (const chunk of await google().models.generateContentStream({
        ...GENERATE,
        contents: "Say something.",
      }))
        text += chunk.text ?? "";
      assert.ok(text.length > 0);
    }));

  test("Google: content with a tool", () =>
    becomes({ provider: "google", model: GENERATE.model }, async () => {
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
      const [call, ...more] = await callsOf(machine, () => assert.rejects(ask(), isTheirs, provider));
      assert.ok(call && more.length === 0, provider);
      const event = await eventOf({ machine, token }, call);
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
      await becomes({ provider, model, stream: true }, () => hangUp().catch(() => undefined));
    }
  });

  test("an unknown virtual key is refused in OpenAI's own shape and is not retried", async () => {
    const stranger = openai(`${key.slice(0, -1)}${key.endsWith("0") ? "1" : "0"}`);
    await assert.rejects(
      stranger.models.list(),
      (error) => error instanceof OpenAI.APIError && error.status === 401 && error.code === "key_invalid",
    );
  });

  test("past its limit a virtual key is refused with 402, which no official library retries or passes on", async () => {
    const narrow = await mint("narrow", "0.0006");
    // About 0.0003 dollars each: one fits, a second does not.
    const spend = user("Enough. sandbox:tokens=400");
    await callsOf(machine, () =>
      openai(narrow).chat.completions.create({ ...CHAT, max_completion_tokens: 500, messages: spend }),
    );
    const before = (await callsOfKeys(machine)).length;
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
    assert.equal((await callsOfKeys(machine)).length, before, "a refused call reached the provider");
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
});
