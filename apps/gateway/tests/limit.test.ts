import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import Anthropic from "@anthropic-ai/sdk";
import { ApiError, GoogleGenAI } from "@google/genai";
import type { OrganisationFixture } from "@meterr/database/testing";
import OpenAI from "openai";
import { allSettled, balanceOf, eventually } from "./support/balance-of.ts";
import { eventOf } from "./support/event-of.ts";
import { gatewayFixture, type GatewayFixture } from "./support/gateway-fixture.ts";
import { answerUsing, heldUpstream, type HeldUpstream } from "./support/held-upstream.ts";
import {
  anthropicShape,
  ask,
  googleShape,
  openaiShape,
  providerShapes,
  type ProviderShape,
} from "./support/provider-shapes.ts";

let fixture: GatewayFixture;
let org: OrganisationFixture;
let upstream: HeldUpstream;
let origin: string;
let second: string;

before(async () => {
  fixture = await gatewayFixture();
  org = await fixture.database.createOrganisation();
  upstream = await heldUpstream(answerUsing({ input: 20, output: 10 }));
  const overrides = { allowedDestinations: [upstream.origin] };
  [{ origin }, { origin: second }] = await Promise.all([fixture.start(overrides), fixture.start(overrides)]);
});
after(async () => {
  await fixture.close();
  await upstream.close();
});

/** What one call of "hello" with 100 output tokens reserves, from the admission the ledger wrote for it. */
async function reservationOf(shape: ProviderShape): Promise<bigint> {
  const { id, token } = await liveKey(shape, 10n ** 12n);
  upstream.hold();
  const answer = ask(origin, shape, token, "hello", { maxTokens: 100 });
  const reserved = await eventually(async () => {
    const balance = await balanceOf(org, id);
    return balance.reserved > 0n ? balance.reserved : null;
  }, "the call is admitted");
  upstream.release();
  await (await answer).arrayBuffer();
  return reserved;
}

async function liveKey(shape: ProviderShape, limitNanousd: bigint): Promise<{ id: string; token: string }> {
  const { provider } = shape;
  const secret = `sk-${randomBytes(24).toString("hex")}`;
  const secretId = await fixture.sealSecret(org, { provider, secret, destination: upstream.origin });
  return fixture.mint(org, { mode: "live", limitNanousd, providerSecretIds: { [provider]: secretId } });
}

for (const shape of providerShapes) {
  test(`a call that does not fit gets 402 budget_exceeded in ${shape.provider}'s own error shape`, async () => {
    const { id, token } = await fixture.mint(org, { limitNanousd: 1n });
    for (const stream of [false, true]) {
      const answer = await ask(origin, shape, token, "hello", { stream });
      const body: unknown = await answer.json();
      assert.equal(answer.status, 402);
      assert.equal(shape.errorCode(body), "budget_exceeded");
      assert.equal(answer.headers.get("x-meterr-code"), "budget_exceeded");
      assert.equal(answer.headers.get("x-should-retry"), "false");
      assert.match(answer.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/);
      assert.match(answer.headers.get("content-type") ?? "", /^application\/json/);
    }
    assert.deepEqual(await balanceOf(org, id), { limit: 1n, spent: 0n, reserved: 0n });
  });
}

test("the official SDKs throw a refusal for money once, without trying again", async () => {
  const { token } = await fixture.mint(org, { limitNanousd: 1n });
  let requests = 0;
  const counting: typeof fetch = (...args) => {
    requests += 1;
    return fetch(...args);
  };
  const once = async (call: () => Promise<unknown>, refused: (error: unknown) => boolean): Promise<void> => {
    requests = 0;
    await assert.rejects(call, refused);
    assert.equal(requests, 1);
  };
  const messages = [{ role: "user" as const, content: "hello" }];

  const openai = new OpenAI({ apiKey: token, baseURL: `${origin}/openai/v1`, fetch: counting });
  const isOpenai = (error: unknown): boolean =>
    error instanceof OpenAI.APIError && error.status === 402 && error.code === "budget_exceeded";
  await once(() => openai.chat.completions.create({ model: "gpt-4o-mini", messages }), isOpenai);
  await once(() => openai.chat.completions.create({ model: "gpt-4o-mini", messages, stream: true }), isOpenai);

  const anthropic = new Anthropic({ apiKey: token, authToken: null, baseURL: `${origin}/anthropic`, fetch: counting });
  const isAnthropic = (error: unknown): boolean => error instanceof Anthropic.APIError && error.status === 402;
  await once(() => anthropic.messages.create({ model: "claude-haiku-4-5", max_tokens: 9, messages }), isAnthropic);

  const standing = globalThis.fetch;
  const google = new GoogleGenAI({ apiKey: token, httpOptions: { baseUrl: `${origin}/google` } });
  globalThis.fetch = (...args) => {
    requests += 1;
    return standing(...args);
  };
  try {
    await once(
      () => google.models.generateContent({ model: "gemini-2.5-flash", contents: "hello" }),
      (error) => error instanceof ApiError && error.status === 402,
    );
  } finally {
    globalThis.fetch = standing;
  }
});

test("100 concurrent calls over two gateways overspend nothing, and exactly those that fit are served", async () => {
  const one = await reservationOf(anthropicShape);
  for (const [limit, fitting] of [
    [one * 7n, 7],
    [one * 7n - 1n, 6],
  ] as const) {
    const { id, token } = await liveKey(anthropicShape, limit);
    upstream.hold();
    let answered = 0;
    const statuses = Array.from({ length: 100 }, async (_, index) => {
      const answer = await ask(index % 2 === 0 ? origin : second, anthropicShape, token, "hello", { maxTokens: 100 });
      await answer.arrayBuffer();
      answered += 1;
      return answer.status;
    });
    const watched = watchBalance(id);
    await eventually(async () => answered === 100 - fitting, "all that do not fit are refused");
    assert.equal((await balanceOf(org, id)).reserved, one * BigInt(fitting));
    upstream.release();
    const served = (await Promise.all(statuses)).filter((status) => status === 200);
    assert.equal(served.length, fitting);
    await allSettled(org);
    assert.equal(await watched.stop(), 0n, "greatest overspend seen");
    // 20 input tokens at 1,000 and 10 output tokens at 5,000 nano-dollars.
    assert.deepEqual(await balanceOf(org, id), { limit, spent: BigInt(fitting) * 70_000n, reserved: 0n });
  }
});

/** Reads the budget over and over; the answer is by how much it was ever passed. */
function watchBalance(id: string): { stop(): Promise<bigint> } {
  const state = { stopped: false };
  const watching = (async () => {
    let most = 0n;
    while (!state.stopped) {
      const { limit, spent, reserved } = await balanceOf(org, id);
      const over = spent + reserved - limit;
      if (over > most) most = over;
      await delay(2);
    }
    return most;
  })();
  return {
    stop() {
      state.stopped = true;
      return watching;
    },
  };
}

test("the last call that fits is served after many, down to the last nano-dollar", async () => {
  const one = await reservationOf(anthropicShape);
  // Each call costs 70,000; the fourth is admitted when exactly one reservation is left.
  const { id, token } = await liveKey(anthropicShape, one + 210_000n);
  upstream.release();
  const statuses: number[] = [];
  for (let call = 0; call < 5; call += 1) {
    const answer = await ask(origin, anthropicShape, token, "hello", { maxTokens: 100 });
    await answer.arrayBuffer();
    statuses.push(answer.status);
    await allSettled(org);
  }
  assert.deepEqual(statuses, [200, 200, 200, 200, 402]);
  assert.equal((await balanceOf(org, id)).spent, 280_000n);
});

test("an output without a limit of its own is lowered to what fits, said in a header, and held to upstream", async () => {
  const { id, token } = await liveKey(openaiShape, 500_000n);
  upstream.release();
  const answer = await fetch(`${origin}/openai/v1/chat/completions`, {
    method: "POST",
    headers: openaiShape.headers(token),
    body: JSON.stringify({ model: "gpt-4o-mini", n: 2, messages: [{ role: "user", content: "hello" }] }),
  });
  await answer.arrayBuffer();
  assert.equal(answer.status, 200);
  const lowered = Number(answer.headers.get("x-meterr-max-output-tokens"));
  assert.ok(lowered >= 1 && lowered < 16_384);
  const sent = JSON.parse(upstream.received.at(-1)?.body ?? "{}") as Record<string, unknown>;
  assert.equal(sent["max_completion_tokens"], lowered);
  // Two choices at 600 nano-dollars a token stay within the limit.
  assert.ok(BigInt(lowered) * 2n * 600n <= 500_000n);
  await allSettled(org);
  assert.ok((await balanceOf(org, id)).spent <= 500_000n);
});

test("the text is counted exactly when its bytes do not fit", async () => {
  upstream.release();
  // Each word is seven bytes and one token: 3,500 bytes bound 525,000 nano-dollars, 500 tokens cost 75,000.
  const text = " banana".repeat(500);
  const { token } = await liveKey(openaiShape, 300_000n);
  const fits = await ask(origin, openaiShape, token, text, { maxTokens: 10 });
  await fits.arrayBuffer();
  assert.equal(fits.status, 200);
  const { token: poorer } = await liveKey(openaiShape, 60_000n);
  const refused = await ask(origin, openaiShape, poorer, text, { maxTokens: 10 });
  await refused.arrayBuffer();
  assert.equal(refused.status, 402);
});

test("every choice asked for is reserved", async () => {
  const one = await reservationOf(googleShape);
  const send = async (limit: bigint): Promise<number> => {
    const { token } = await liveKey(googleShape, limit);
    const body = { ...googleShape.body("hello"), generationConfig: { maxOutputTokens: 100, candidateCount: 3 } };
    const url = `${origin}${googleShape.path(false)}`;
    const headers = googleShape.headers(token);
    const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    await answer.arrayBuffer();
    return answer.status;
  };
  // Two more choices of 100 tokens at 2,500 nano-dollars.
  assert.equal(await send(one + 500_000n - 1n), 402);
  assert.equal(await send(one + 500_000n), 200);
});

test("a charge beyond the bound is recorded in full and suspends the virtual key", async () => {
  const { id, token } = await fixture.mint(org, { limitNanousd: 1_000_000n });
  const answer = await ask(origin, openaiShape, token, "sandbox:tokens=20 sandbox:overrun=5000", { maxTokens: 20 });
  const body = (await answer.json()) as { usage: { prompt_tokens: number; completion_tokens: number } };
  const event = await eventOf(org, answer.headers.get("x-request-id"));
  assert.ok(body.usage.completion_tokens >= 5_000);
  assert.equal(event.output, String(body.usage.completion_tokens));
  const cost = BigInt(body.usage.prompt_tokens) * 150n + BigInt(body.usage.completion_tokens) * 600n;
  assert.equal(event.cost_nanousd, cost.toString());
  assert.equal((await balanceOf(org, id)).spent, cost);
  const next = await eventually(async () => {
    const after = await ask(origin, openaiShape, token, "hello");
    await after.arrayBuffer();
    return after.status === 401 ? after : null;
  }, "the virtual key is suspended");
  assert.equal(next.headers.get("x-meterr-code"), "key_revoked");
});
