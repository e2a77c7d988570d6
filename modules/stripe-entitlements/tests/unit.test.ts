import assert from "node:assert/strict";
import { registerHooks } from "node:module";
import { test } from "node:test";
import { declaredEnvironment, parseManifest, Secret } from "@meterr/runtime";
import { fakeHost } from "@meterr/runtime/testing";
import fc from "fast-check";
import manifestJson from "../key.json" with { type: "json" };
import { createStripeEntitlements, ENTITLED_STATUSES, featuresByPrice, featuresInMetadata } from "../src/index.ts";
import { readSettings } from "../src/settings.ts";
import { listFeatures } from "../src/stripe/list-features.ts";
import { loadStripe } from "../src/stripe/stripe-library.ts";

const manifest = parseManifest(manifestJson);
const apiKey = ["rk", "live", "x".repeat(24)].join("_");
const hook = ["whsec", "y".repeat(32)].join("_");
const price = (metadata: Record<string, string>, id = "price_1") => ({
  id,
  product: "prod_1",
  lookupKey: null,
  metadata,
});
const page = (change: object = {}, subscription: object = {}, more: object = {}) => ({
  has_more: false,
  data: [
    {
      id: "sub_1",
      customer: "cus_1",
      status: "active",
      items: {
        has_more: false,
        data: [{ price: { id: "price_1", product: { id: "prod_1" }, metadata: { features: "export" } }, ...more }],
      },
      ...subscription,
    },
  ],
  ...change,
});
const clientOf = (answer: unknown) => ({
  subscriptions: { list: () => Promise.resolve(answer) },
  subscriptionItems: { list: () => Promise.resolve(answer) },
});
const list = (answer: unknown): Promise<string[]> => listFeatures(clientOf(answer), "cus_1", featuresInMetadata);

test("two statuses entitle, no other", () => {
  assert.deepEqual([...ENTITLED_STATUSES].sort(), ["active", "trialing"]);
});

test("a list of features holds exactly its own names, whatever they are", () => {
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9_.:-]{0,12}$/);
  fc.assert(
    fc.property(fc.array(name), name, (names, asked) => {
      assert.equal(featuresInMetadata(price({ features: names.join(", ") })).includes(asked), names.includes(asked));
    }),
    { numRuns: 200 },
  );
  assert.deepEqual(featuresInMetadata(price({})), []);
  assert.deepEqual(featuresInMetadata(price({ features: " EXPORT * ,, a/b " })), []);
});

test("plans kept in code name features by the price's id and nothing else", () => {
  const plans = featuresByPrice({ price_1: ["export"] });
  assert.deepEqual(plans(price({ features: "sso" })), ["export"]);
  for (const id of ["price_2", "constructor", "__proto__"]) assert.deepEqual(plans(price({}, id)), []);
});

test("features of an answer as agreed are listed once, sorted", async () => {
  assert.deepEqual(await list(page()), ["export"]);
  assert.deepEqual(await list({ has_more: false, data: [] }), []);
});

for (const [what, answer] of [
  ["another customer's", page({}, { customer: "cus_2" })],
  ["without a status", page({}, { status: undefined })],
  ["without items", page({}, { items: undefined })],
  ["without metadata", page({}, {}, { price: { id: "price_1", product: "prod_1" } })],
  ["that never ends", page({ has_more: true })],
  ["that is no list", { error: { message: "no" } }],
  ["that is text", "active"],
  ["that is nothing", undefined],
  ["with items that never end", page({}, { items: { has_more: true, data: [] } })],
] as const) {
  test(`an answer ${what} is none`, async () => {
    await assert.rejects(list(answer));
  });
}

test("the secrets are read as Secrets, two webhook secrets while they are rolled", () => {
  const read = readSettings(
    declaredEnvironment(manifest, { STRIPE_SECRET_KEY: ` ${apiKey}\n`, STRIPE_WEBHOOK_SECRET: `${hook}, ${hook}2` }),
  );
  assert.ok(Secret.isSecret(read.apiKey));
  assert.deepEqual(
    [read.apiKey.reveal(), ...read.webhookSecrets.map((secret) => secret.reveal())],
    [apiKey, hook, `${hook}2`],
  );
});

test("key.json and the code agree, tables, environment and side effects included", () => {
  const env = { STRIPE_SECRET_KEY: apiKey, STRIPE_WEBHOOK_SECRET: hook };
  const lookup = { query: () => Promise.reject(new Error("unused")) };
  const { module } = createStripeEntitlements({ host: fakeHost(), lookup, env });
  assert.deepEqual(module.unproved, []);
  assert.deepEqual(
    module.integrations.map(({ definition }) => definition.name),
    ["stripe.subscriptions"],
  );
  for (const cacheSeconds of [0, 301, Number.NaN]) {
    assert.throws(() => createStripeEntitlements({ host: fakeHost(), lookup, env, cacheSeconds }), RangeError);
  }
});

test("without the package stripe the error says what to install", async () => {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (specifier === "stripe") throw new Error("Cannot find package 'stripe'");
      return next(specifier, context);
    },
  });
  try {
    await assert.rejects(loadStripe(), { code: "package_missing", message: /npm install stripe/ });
  } finally {
    hooks.deregister();
  }
  assert.equal(typeof (await loadStripe()).default, "function");
});
