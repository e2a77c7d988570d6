import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { runCommand } from "./support/run-command.ts";
import { stubApi } from "./support/stub-api.ts";

const own = {
  provider: "openai",
  model: "my-model",
  version: "own_1",
  prices: { input_usd_per_million: "2.50", output_usd_per_million: "10" },
  created_at: "2026-11-20T10:00:00.000Z",
};

async function prices(t: TestContext, body: unknown, ...args: string[]) {
  const api = await stubApi(t, ({ method }) => ({ status: method === "POST" ? 201 : 200, body }));
  const env = { METERR_URL: api.origin, METERR_API_TOKEN: "token" };
  const ran = await runCommand(["model-prices", ...args], { env });
  return { ...ran, asked: api.seen.at(-1) };
}

const page = (items: readonly unknown[], more: object = {}) => ({ items, next_cursor: null, ...more });

test("a price is set in exact dollars per million tokens", async (t) => {
  const args = ["--provider", "openai", "--model", "my-model", "--input-usd", "2.50", "--output-usd", "10"];
  const ran = await prices(t, own, "set", ...args, "--cache-write-5m-usd", "0.000000001", "--audio-in-usd", "0");
  assert.equal(ran.code, 0, ran.err);
  assert.deepEqual([ran.asked?.method, ran.asked?.url], ["POST", "/api/v1/model-prices"]);
  assert.deepEqual(ran.asked?.body, {
    provider: "openai",
    model: "my-model",
    prices: {
      input_usd_per_million: "2.50",
      output_usd_per_million: "10",
      cache_write_5m_usd_per_million: "0.000000001",
      audio_in_usd_per_million: "0",
    },
  });
  assert.match(ran.out, /my-model of openai costs \$2\.50 input and \$10\.00 output per million tokens/);
  assert.deepEqual(JSON.parse((await prices(t, own, "set", ...args, "--json")).out), own);
});

test("the list shows what was set, and for one model what is in force", async (t) => {
  const listed = await prices(t, page([own]), "list");
  assert.match(listed.out, /openai +my-model +\$2\.50 +\$10\.00 +– +2026-11-20/);
  assert.match((await prices(t, page([]), "list")).out, /the catalogue's prices are in force/);
  const asked = ["list", "--provider", "openai", "--model", "gpt-4o"];
  const inForce = await prices(t, page([], { in_force: { ...own, model: "gpt-4o", created_at: null } }), ...asked);
  assert.equal(inForce.asked?.url, "/api/v1/model-prices?provider=openai&model=gpt-4o");
  assert.match(inForce.out, /gpt-4o .*catalogue/);
  assert.match((await prices(t, page([], { in_force: null }), ...asked)).out, /has no price/);
});

test("half a price, none, or a model of nobody are wrong usage, and nothing is asked", async (t) => {
  for (const args of [
    ["set", "--provider", "openai", "--model", "m", "--input-usd", "1"],
    ["set", "--provider", "openai", "--model", "m", "--input-usd", "1e3", "--output-usd", "1"],
    ["set", "--provider", "nobody", "--model", "m", "--input-usd", "1", "--output-usd", "1"],
    ["list", "--model", "m"],
  ]) {
    const ran = await prices(t, page([]), ...args);
    assert.equal(ran.code, 2, `${args.join(" ")}: ${ran.err}`);
    assert.equal(ran.asked, undefined);
  }
});
