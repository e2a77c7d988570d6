import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { after, test } from "node:test";
import { tokenCounter } from "@meterr/metering";
import { mount } from "@meterr/runtime";
import { assertKeyPromises } from "@meterr/runtime/testing";
import { createTokenCount, MOST_CHARACTERS, type TextCounter } from "../src/index.ts";
import { openWorld, post } from "./support/world.ts";

const PATH = "/api/v1/token-count";
const { database, north, host, auth } = await openWorld();
// Long enough for a busy machine: what is told apart here is not how fast, but whether the deadline is kept.
const counter = tokenCounter({ deadlineMs: 20_000 });
after(async () => {
  await counter.close();
  await database.close();
});
const mounted = (given: TextCounter): ReturnType<typeof mount> =>
  mount(createTokenCount({ host, auth, counter: given }).routes);
const routes = mounted(counter);

interface Answer {
  status: number;
  text: string;
  body: Record<string, unknown>;
}
async function count(body: unknown, who = "viewer of North", on = routes): Promise<Answer> {
  const response = await on(post(PATH, body, who));
  const text = await response.text();
  return { status: response.status, text, body: JSON.parse(text) as Record<string, unknown> };
}

test("the route keeps the promises", async () => {
  await assertKeyPromises(routes, {
    host,
    request: () => post(PATH, { text: "Hello", model: "gpt-4", provider: "openai" }, "owner of North"),
    breakIdentity: (broken) => void (auth.broken = broken),
  });
});

for (const role of ["owner", "admin", "developer", "viewer"]) {
  test(`${role} may count`, async () => {
    assert.equal((await count({ text: "Hello", model: "gpt-4", provider: "openai" }, `${role} of North`)).status, 200);
  });
}

// openai/tiktoken: cl100k_base of "tiktoken is great!" is six tokens; gpt-4 costs $30 and gpt-3.5-turbo $0.50 a million.
for (const [model, nanousd] of [
  ["gpt-4", "180000"],
  ["gpt-3.5-turbo", "3000"],
] as const) {
  test(`${model} is counted exactly and priced by the catalogue`, async () => {
    const { status, body } = await count({ text: "tiktoken is great!", model, provider: "openai" });
    assert.equal(status, 200);
    assert.deepEqual([body["tokens"], body["exact"], body["cost_nanousd"]], [6, true, nanousd]);
    assert.equal(body["cost_usd"], `0.${nanousd.padStart(9, "0").replace(/0+$/, "")}`);
    assert.match(String(body["price_version"]), /^pv1_/);
  });
}

test("claude-3 resolves to a model with a price, and its count says that it is an estimate", async () => {
  const { status, body } = await count({ text: "Hello, world", model: "claude-3", provider: "anthropic" });
  assert.equal(status, 200);
  assert.equal(body["exact"], false);
  assert.match(String(body["model_resolved"]), /^claude-3-opus/);
  assert.ok(Number(body["tokens"]) > 0 && BigInt(String(body["cost_nanousd"])) > 0n);
});

test("the organisation's own price holds over the catalogue's, for that organisation alone", async () => {
  const version = `own_${randomUUID()}`;
  const model = "gpt-4";
  await north.arrange((sql) =>
    sql.query(
      "insert into organisation_prices (org_id, version, provider, model, prices, created_by) values ($1, $2, 'openai', $3, $4, $5)",
      [north.orgId, version, model, { input: "1000000000", output: "1" }, north.members.owner.id],
    ),
  );
  const question = { text: "tiktoken is great!", model, provider: "openai" };
  const own = (await count(question)).body;
  assert.deepEqual([own["price_version"], own["cost_nanousd"]], [version, "6000"]);
  assert.notEqual((await count(question, "viewer of South")).body["price_version"], version);
});

test("a model nobody has priced is refused, whatever its name holds", async () => {
  for (const model of ["no-such-model", "constructor", "x".repeat(200)]) {
    const { status, body } = await count({ text: "Hello", model, provider: "openai" });
    assert.deepEqual([status, body["code"]], [404, "model_unpriced"]);
  }
});

for (const [what, character] of [
  ["emoji", "😀"],
  ["CJK characters", "語"],
  ["joined emoji", "👩‍"],
] as const) {
  const text = character.repeat(MOST_CHARACTERS / Array.from(character).length);
  test(`${MOST_CHARACTERS} ${what} are counted, and one more is refused`, async () => {
    const { status, body } = await count({ text, model: "gpt-4", provider: "openai" });
    assert.equal(status, 200);
    assert.ok(Number(body["tokens"]) > 0);
    const longer = await count({ text: `${text}語`, model: "gpt-4", provider: "openai" });
    assert.deepEqual([longer.status, longer.body["errors"]], [400, [{ path: "body.text" }]]);
  });
}

test("a text is answered by an estimate when it cannot be counted within the deadline", async () => {
  const hasty = tokenCounter({ deadlineMs: 1 });
  try {
    const { status, body } = await count(
      { text: "語".repeat(MOST_CHARACTERS), model: "gpt-4", provider: "openai" },
      "viewer of North",
      mounted(hasty),
    );
    assert.deepEqual([status, body["exact"]], [200, false]);
  } finally {
    await hasty.close();
  }
});

const UNFIT: readonly [string, unknown][] = [
  ["an empty text", { text: "", model: "gpt-4", provider: "openai" }],
  ["a text that is a number", { text: 7, model: "gpt-4", provider: "openai" }],
  ["an unknown provider", { text: "a", model: "gpt-4", provider: "aliens" }],
  ["a model with a line break", { text: "a", model: "gpt-4\n", provider: "openai" }],
  ["a model that is too long", { text: "a", model: "m".repeat(201), provider: "openai" }],
  ["no model", { text: "a", provider: "openai" }],
  ["a price of its own", { text: "a", model: "gpt-4", provider: "openai", price: "0" }],
];
for (const [what, body] of UNFIT) {
  test(`${what} is refused`, async () => {
    assert.equal((await count(body)).status, 400);
  });
}

test("a counter that fails is 503, and neither answer nor report holds the text", async () => {
  const canary = `sk-${randomBytes(24).toString("hex")}`;
  const broken: TextCounter = {
    estimate: async ({ text }) => Promise.reject(new Error(`cannot count ${text.length}`)),
  };
  const { status, text, body } = await count(
    { text: canary, model: "gpt-4", provider: "openai" },
    "viewer of North",
    mounted(broken),
  );
  assert.deepEqual([status, body["code"]], [503, "counter_unavailable"]);
  assert.equal(text.includes(canary), false);
  const fine = await count({ text: canary, model: "no-such-model", provider: "openai" });
  assert.equal(fine.text.includes(canary), false);
});
