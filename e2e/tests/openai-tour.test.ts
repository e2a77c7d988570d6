import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import OpenAI, { APIError } from "openai";
import { startMachine, type Machine } from "../src/machine.ts";
import { becomeOwner } from "../src/owner.ts";
import { poll } from "../src/poll.ts";

interface Event {
  id: string;
  outcome: string;
  usage_source: string;
  simulated: boolean;
  stream: boolean;
  model_requested: string;
  status: number;
  usage: Record<string, number>;
  cost_nanousd: string;
}

let machine: Machine;
let key: string;
const secret = `sk-${randomBytes(24).toString("hex")}`;

before(async () => {
  machine = await startMachine();
  await becomeOwner(machine);
  await machine.json(
    ["provider-secrets", "add", "--provider", "openai", "--name", "tour", "--sandbox", "--secret-stdin"],
    secret,
  );
  const minted = await machine.json<{ key: string }>(["virtual-keys", "create", "--name", "tour", "--test"]);
  key = minted.key;
});
after(() => machine.stop());

const client = (): OpenAI => new OpenAI({ apiKey: key, baseURL: `${machine.gateway}/openai/v1`, maxRetries: 0 });

async function eventOf(requestId: string): Promise<Event> {
  return poll(`the event of ${requestId}`, async () => {
    const page = await machine.json<{ items: Event[] }>(["usage", "list"]);
    return page.items.find((event) => event.id === requestId) ?? null;
  });
}

test("a plain call through the official SDK becomes one event with its exact cost", async () => {
  const { data, response } = await client()
    .chat.completions.create({ model: "gpt-4o-mini", messages: [{ role: "user", content: "Say something." }] })
    .withResponse();
  assert.ok(data.choices[0]?.message.content);
  assert.equal(response.headers.get("x-meterr-simulated"), "true");
  const event = await eventOf(response.headers.get("x-request-id") ?? "");
  assert.equal(event.outcome, "settled");
  assert.equal(event.usage_source, "provider");
  assert.equal(event.simulated, true);
  assert.equal(event.usage["input"], data.usage?.prompt_tokens);
  assert.equal(event.usage["output"], data.usage?.completion_tokens);
  // OpenAI's list price of gpt-4o-mini: $0.15 and $0.60 per million tokens.
  const exact =
    BigInt(data.usage?.prompt_tokens ?? 0) * 150_000_000n + BigInt(data.usage?.completion_tokens ?? 0) * 600_000_000n;
  assert.equal(event.cost_nanousd, ((exact + 999_999n) / 1_000_000n).toString());
});

test("a streamed call is metered although the client did not ask for usage, and sees no chunk of ours", async () => {
  const { data: stream, response } = await client()
    .chat.completions.create({
      model: "gpt-4o-mini",
      messages: [{ role: "user", content: "Say something." }],
      stream: true,
    })
    .withResponse();
  let text = "";
  let usageChunks = 0;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? "";
    if (chunk.usage) usageChunks += 1;
    assert.ok(chunk.choices.length > 0);
  }
  assert.ok(text.length > 0);
  assert.equal(usageChunks, 0);
  const event = await eventOf(response.headers.get("x-request-id") ?? "");
  assert.equal(event.stream, true);
  assert.equal(event.usage_source, "provider");
  assert.ok((event.usage["output"] ?? 0) > 0);
});

test("an unknown key is refused in OpenAI's own shape and is not retried", async () => {
  const stranger = new OpenAI({
    apiKey: `${key.slice(0, -1)}${key.endsWith("0") ? "1" : "0"}`,
    baseURL: `${machine.gateway}/openai/v1`,
  });
  await assert.rejects(
    stranger.models.list(),
    (error) => error instanceof APIError && error.status === 401 && error.code === "key_invalid",
  );
});
