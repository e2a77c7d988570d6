import assert from "node:assert/strict";
import type { Machine } from "./machine.ts";
import { managed } from "./management.ts";
import { poll } from "./poll.ts";
import { callsOfKeys, type SandboxCall } from "./sandbox-calls.ts";

/** Where the events of an organisation are read: its machine, and an API token of its owner. */
export interface Bookkeeping {
  readonly machine: Machine;
  readonly token: string;
}

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

/** List prices in nano-dollars for each token: $ per million × 1,000. Input, output. */
const PRICES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  "gpt-4o-mini": [150n, 600n],
  "text-embedding-3-small": [20n, 0n],
  "claude-haiku-4-5": [1_000n, 5_000n],
  "gemini-2.5-flash": [300n, 2_500n],
};

/** What happened at the provider while `work` ran: its own account of each call. */
export async function callsOf(machine: Machine, work: () => Promise<unknown>): Promise<SandboxCall[]> {
  const before = new Set((await callsOfKeys(machine)).map((call) => call.id));
  await work();
  return poll("the provider to have finished", async () => {
    const since = (await callsOfKeys(machine)).filter((call) => !before.has(call.id));
    return since.length > 0 && since.every((call) => call.finished_at !== null) ? since : null;
  });
}

export async function eventOf(at: Bookkeeping, call: SandboxCall): Promise<Event> {
  const id = call.client_request_id ?? "";
  return poll(`the event of ${id}`, async () => {
    const page = await managed<{ items: Event[] }>(
      200,
      at.machine,
      { token: at.token },
      "GET",
      "/api/v1/usage/events?limit=200",
    );
    return page.items.find((event) => event.id === id) ?? null;
  });
}

/** One call, one event: with the tokens the provider counted and the cost they have at its list price. */
export async function becomesOneEvent(
  at: Bookkeeping,
  expected: { provider: string; model: string; stream?: boolean },
  work: () => Promise<unknown>,
): Promise<void> {
  const calls = await callsOf(at.machine, work);
  assert.equal(calls.length, 1, "the provider received another number of calls");
  const [call] = calls;
  assert.ok(call);
  const event = await eventOf(at, call);
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
