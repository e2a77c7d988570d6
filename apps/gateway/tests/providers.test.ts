import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import type { OrganisationFixture } from "@meterr/database/testing";
import OpenAI from "openai";
import { eventually } from "./support/balance-of.ts";
import type { EventRow } from "./support/event-of.ts";
import { gatewayFixture, type GatewayFixture } from "./support/gateway-fixture.ts";

let fixture: GatewayFixture;
let org: OrganisationFixture;
let origin: string;

before(async () => {
  fixture = await gatewayFixture();
  org = await fixture.database.createOrganisation();
  ({ origin } = await fixture.start());
});
after(() => fixture.close());

interface Libraries {
  readonly openai: OpenAI;
  readonly anthropic: Anthropic;
  readonly google: GoogleGenAI;
}

/** Each provider's own library with one virtual key, under a limit that everything fits. */
async function libraries(): Promise<{ id: string; clients: Libraries }> {
  const { id, token } = await fixture.mint(org, { limitNanousd: 10n ** 13n });
  const clients = {
    openai: new OpenAI({ apiKey: token, baseURL: `${origin}/openai/v1`, maxRetries: 0 }),
    anthropic: new Anthropic({ apiKey: token, authToken: null, baseURL: `${origin}/anthropic`, maxRetries: 0 }),
    google: new GoogleGenAI({ apiKey: token, httpOptions: { baseUrl: `${origin}/google` } }),
  };
  return { id, clients };
}

const LONG = "Tell me, at some length and with patience, about the history of tea in the harbour towns of the north.";
const parameters = { type: "object" as const, properties: { city: { type: "string" } }, required: ["city"] };

interface Case {
  readonly name: string;
  readonly endpoint: string;
  readonly run: (clients: Libraries) => Promise<void>;
  /** Nano-dollars per token of each bucket, from the provider's price list; none for what is free. */
  readonly prices?: Partial<Record<Bucket, number>>;
  /** Buckets that must hold exactly this. */
  readonly buckets?: Partial<Record<Bucket, number>>;
}

const bucketNames = [
  "input",
  "cache_read",
  "cache_write_5m",
  "cache_write_1h",
  "output",
  "reasoning",
  "audio_in",
  "audio_out",
  "image_in",
] as const;
type Bucket = (typeof bucketNames)[number];

// https://openai.com/api/pricing, https://claude.com/pricing, https://ai.google.dev/pricing: dollars per million × 1,000.
const mini = { input: 150, cache_read: 75, output: 600, reasoning: 600 };
const haiku = { input: 1_000, cache_read: 100, cache_write_5m: 1_250, cache_write_1h: 2_000, output: 5_000 };
const flash = { input: 300, cache_read: 30, audio_in: 1_000, output: 2_500, reasoning: 2_500 };

const openaiModel = "gpt-4o-mini";
const claude = { model: "claude-haiku-4-5", max_tokens: 64 };
const gemini = "gemini-2.5-flash";
const chat = (content: string) => ({
  model: openaiModel,
  max_completion_tokens: 64,
  messages: [{ role: "user" as const, content }],
});
const message = (content: string) => ({ ...claude, messages: [{ role: "user" as const, content }] });
const generate = (contents: string) => ({ model: gemini, contents, config: { maxOutputTokens: 64 } });

const cases: readonly Case[] = [
  {
    name: "OpenAI chat, plain",
    endpoint: "chat.completions",
    prices: mini,
    buckets: { cache_read: 10, reasoning: 7, output: 20 },
    async run({ openai }) {
      const asked = chat(`${LONG} sandbox:tokens=20 sandbox:cached=10 sandbox:reasoning=7`);
      const answer = await openai.chat.completions.create(asked);
      assert.match(answer.choices[0]?.message.content ?? "", /simulated/);
    },
  },
  {
    name: "OpenAI chat, streamed with the usage it asked for",
    endpoint: "chat.completions",
    prices: mini,
    buckets: { cache_read: 10, reasoning: 7, output: 20 },
    async run({ openai }) {
      const asked = chat(`${LONG} sandbox:tokens=20 sandbox:cached=10 sandbox:reasoning=7 sandbox:split`);
      const stream = await openai.chat.completions.create({
        ...asked,
        stream: true,
        stream_options: { include_usage: true },
      });
      let usage = 0;
      for await (const chunk of stream) if (chunk.usage) usage += 1;
      assert.equal(usage, 1);
    },
  },
  {
    name: "OpenAI chat, streamed without",
    endpoint: "chat.completions",
    prices: mini,
    buckets: { output: 20 },
    async run({ openai }) {
      const stream = await openai.chat.completions.create({ ...chat(`${LONG} sandbox:tokens=20`), stream: true });
      for await (const chunk of stream) {
        assert.ok(!chunk.usage);
        assert.equal(chunk.choices.length, 1);
      }
    },
  },
  {
    name: "OpenAI chat, tools",
    endpoint: "chat.completions",
    prices: mini,
    async run({ openai }) {
      const tools = [{ type: "function" as const, function: { name: "weather", parameters } }];
      const answer = await openai.chat.completions.create({ ...chat(LONG), tools });
      const call = answer.choices[0]?.message.tool_calls?.[0];
      assert.equal(call?.type === "function" ? call.function.name : "", "weather");
      const stream = openai.chat.completions.stream({ ...chat(LONG), tools });
      const whole = await stream.finalChatCompletion();
      assert.equal(whole.choices[0]?.finish_reason, "tool_calls");
    },
  },
  {
    name: "OpenAI responses, plain and streamed",
    endpoint: "responses",
    prices: mini,
    buckets: { cache_read: 10, reasoning: 7, output: 20 },
    async run({ openai }) {
      const input = `${LONG} sandbox:tokens=20 sandbox:cached=10 sandbox:reasoning=7`;
      const asked = { model: openaiModel, max_output_tokens: 64, input };
      const answer = await openai.responses.create(asked);
      assert.match(answer.output_text, /simulated/);
      const types: string[] = [];
      for await (const event of await openai.responses.create({ ...asked, stream: true })) types.push(event.type);
      assert.equal(types.at(-1), "response.completed");
    },
  },
  {
    name: "OpenAI responses, tools",
    endpoint: "responses",
    prices: mini,
    async run({ openai }) {
      const tools = [{ type: "function" as const, name: "weather", parameters, strict: false }];
      const answer = await openai.responses.create({ model: openaiModel, max_output_tokens: 64, input: LONG, tools });
      assert.ok(answer.output.some((item) => item.type === "function_call" && item.name === "weather"));
    },
  },
  {
    name: "OpenAI embeddings",
    endpoint: "embeddings",
    prices: { input: 20 },
    buckets: { output: 0 },
    async run({ openai }) {
      const answer = await openai.embeddings.create({ model: "text-embedding-3-small", input: [LONG, "tea"] });
      assert.equal(answer.data.length, 2);
    },
  },
  {
    name: "OpenAI models",
    endpoint: "models",
    async run({ openai }) {
      assert.ok((await openai.models.list()).data.length > 0);
      assert.equal((await openai.models.retrieve(openaiModel)).id, openaiModel);
    },
  },
  {
    name: "Anthropic messages, plain",
    endpoint: "messages",
    prices: haiku,
    buckets: { cache_read: 10, cache_write_5m: 6, cache_write_1h: 4, output: 20 },
    async run({ anthropic }) {
      const directives = "sandbox:tokens=20 sandbox:cached=10 sandbox:cache-write=6 sandbox:cache-write-1h=4";
      const answer = await anthropic.messages.create(message(`${LONG} ${directives}`));
      assert.equal(answer.content[0]?.type, "text");
    },
  },
  {
    name: "Anthropic messages, streamed",
    endpoint: "messages",
    prices: haiku,
    buckets: { cache_read: 10, output: 20 },
    async run({ anthropic }) {
      const stream = anthropic.messages.stream(message(`${LONG} sandbox:tokens=20 sandbox:cached=10 sandbox:split`));
      const whole = await stream.finalMessage();
      assert.equal(whole.usage.output_tokens, 20);
    },
  },
  {
    name: "Anthropic messages, tools",
    endpoint: "messages",
    prices: haiku,
    async run({ anthropic }) {
      const tools = [{ name: "weather", input_schema: parameters }];
      const answer = await anthropic.messages.create({ ...message(LONG), tools });
      assert.equal(answer.stop_reason, "tool_use");
      const whole = await anthropic.messages.stream({ ...message(LONG), tools }).finalMessage();
      assert.equal(whole.stop_reason, "tool_use");
    },
  },
  {
    name: "Anthropic token counts",
    endpoint: "count_tokens",
    async run({ anthropic }) {
      const { model } = claude;
      const answer = await anthropic.messages.countTokens({ model, messages: [{ role: "user", content: LONG }] });
      assert.ok(answer.input_tokens > 0);
    },
  },
  {
    name: "Anthropic models",
    endpoint: "models",
    async run({ anthropic }) {
      assert.ok((await anthropic.models.list()).data.length > 0);
    },
  },
  {
    name: "Google generateContent",
    endpoint: "generateContent",
    prices: flash,
    buckets: { cache_read: 10, reasoning: 7, output: 20 },
    async run({ google }) {
      const asked = generate(`${LONG} sandbox:tokens=20 sandbox:cached=10 sandbox:reasoning=7`);
      const answer = await google.models.generateContent(asked);
      assert.match(answer.text ?? "", /simulated/);
    },
  },
  {
    name: "Google generateContent with audio in the prompt",
    endpoint: "generateContent",
    prices: flash,
    buckets: { audio_in: 9, output: 20 },
    async run({ google }) {
      await google.models.generateContent(generate(`${LONG} sandbox:tokens=20 sandbox:audio-in=9`));
    },
  },
  {
    name: "Google streamGenerateContent",
    endpoint: "streamGenerateContent",
    prices: flash,
    buckets: { cache_read: 10, reasoning: 7, output: 20 },
    async run({ google }) {
      const asked = generate(`${LONG} sandbox:tokens=20 sandbox:cached=10 sandbox:reasoning=7 sandbox:split`);
      let text = "";
      for await (const chunk of await google.models.generateContentStream(asked)) text += chunk.text ?? "";
      assert.match(text, /simulated/);
    },
  },
  {
    name: "Google generateContent, tools",
    endpoint: "generateContent",
    prices: flash,
    async run({ google }) {
      const tools = [{ functionDeclarations: [{ name: "weather", parametersJsonSchema: parameters }] }];
      const asked = generate(LONG);
      const answer = await google.models.generateContent({ ...asked, config: { ...asked.config, tools } });
      assert.equal(answer.functionCalls?.[0]?.name, "weather");
    },
  },
  {
    name: "Google token counts",
    endpoint: "countTokens",
    async run({ google }) {
      const answer = await google.models.countTokens({ model: gemini, contents: LONG });
      assert.ok((answer.totalTokens ?? 0) > 0);
    },
  },
];

for (const { name, endpoint, run, prices, buckets } of cases) {
  test(`${name}: the official library works, and the event holds what the provider billed`, async () => {
    const { id, clients } = await libraries();
    const before = (await fixture.sandbox.calls()).length;
    await run(clients);
    const billed = (await fixture.sandbox.calls()).slice(before);
    const events = await eventually(async () => {
      const rows = await eventsOf(id);
      return rows.length === billed.length ? rows : null;
    }, "each call has its event");
    assert.ok(events.length > 0);
    for (const event of events) {
      assert.equal(event.endpoint, endpoint);
      assert.equal(event.outcome, "settled");
      const call = billed.find((candidate) => candidate.upstream_request_id === event.upstream_request_id);
      assert.ok(call !== undefined, "the event names the provider's own id of the call");
      if (prices === undefined) {
        assert.deepEqual([event.cost_nanousd, event.usage_source], ["0", "none"]);
        continue;
      }
      assert.equal(event.usage_source, "provider");
      for (const [bucket, count] of Object.entries(buckets ?? {})) {
        assert.equal(Number(event[bucket as Bucket]), count, bucket);
      }
      const tokens = (...names: Bucket[]): number => names.reduce((sum, name) => sum + Number(event[name]), 0);
      // Disjoint: together they are exactly the totals the provider billed.
      const inputs = tokens("input", "cache_read", "cache_write_5m", "cache_write_1h", "audio_in", "image_in");
      assert.equal(inputs, call.usage?.["input"]);
      assert.equal(tokens("output", "reasoning", "audio_out"), call.usage?.["output"]);
      const cost = bucketNames.reduce((sum, bucket) => sum + tokens(bucket) * (prices[bucket] ?? 0), 0);
      for (const bucket of bucketNames) if (prices[bucket] === undefined) assert.equal(tokens(bucket), 0, bucket);
      assert.equal(event.cost_nanousd, String(cost));
    }
  });
}

async function eventsOf(virtualKeyId: string): Promise<EventRow[]> {
  const found = await org.arrange((sql) =>
    sql.query<EventRow>("select * from events where org_id = $1 and virtual_key_id = $2", [org.orgId, virtualKeyId]),
  );
  return found.rows;
}
