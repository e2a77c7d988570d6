import assert from "node:assert/strict";
import { test } from "node:test";
import { format, inspect } from "node:util";
import { serialize } from "node:v8";
import { MessageChannel } from "node:worker_threads";
import { MAX_SECRET_BYTES, Secret } from "../src/index.ts";
import { canary } from "./fixtures.ts";

const PRINTED: Record<string, (secret: Secret) => unknown> = {
  "as text": (secret) => String(secret),
  "in a template": (secret) => `value: ${secret as unknown as string}`,
  "in a sum of strings": (secret) => ["value: ", secret].join(""),
  "as a number": (secret) => Number(secret),
  "as JSON": (secret) => JSON.stringify(secret),
  "as JSON, nested": (secret) => JSON.stringify({ a: [{ secret }] }),
  inspected: (secret) => inspect(secret),
  "inspected with everything shown": (secret) => inspect({ secret }, { showHidden: true, depth: null, getters: true }),
  "inspected past its own inspect": (secret) => inspect(secret, { customInspect: false, showHidden: true }),
  formatted: (secret) => format("%s %o %O %j %d", secret, secret, secret, secret, secret),
  spread: (secret) => inspect(Object.assign({}, secret), { showHidden: true }),
  enumerated: (secret) =>
    inspect([Object.entries(secret), Reflect.ownKeys(secret), Object.getOwnPropertyDescriptors(secret)]),
  "in an error's message": (secret) => new Error(`failed: ${secret as unknown as string}`).stack,
  "as an error's cause": (secret) => inspect(new Error("failed", { cause: secret }), { showHidden: true, depth: null }),
  serialised: (secret) => serialize(Object.assign({}, secret)).toString("latin1"),
};

for (const [how, print] of Object.entries(PRINTED)) {
  test(`a secret is not shown when printed ${how}`, () => {
    const value = canary();
    assert.ok(!String(print(new Secret(value))).includes(value));
  });
}

test("reveal gives the value back", () => {
  const value = canary();
  assert.equal(new Secret(value).reveal(), value);
});

test("a secret cannot be cloned or posted to another thread", () => {
  const secret = new Secret(canary());
  assert.throws(() => structuredClone(secret), { name: "DataCloneError" });
  assert.throws(() => structuredClone({ nested: [secret] }), { name: "DataCloneError" });
  const { port1 } = new MessageChannel();
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a MessagePort has no origin
  assert.throws(() => port1.postMessage(secret), { name: "DataCloneError" });
  port1.close();
});

test("a secret cannot be changed, and its methods cannot be replaced on it", () => {
  const secret = new Secret(canary());
  assert.throws(() => Object.assign(secret, { toJSON: () => "mine" }), TypeError);
});

test("only a real Secret passes for one", () => {
  const value = canary();
  assert.ok(Secret.isSecret(new Secret(value)));
  const lookAlike = Object.create(Secret.prototype) as Secret;
  for (const other of [value, null, undefined, {}, { reveal: () => value }, lookAlike]) {
    assert.equal(Secret.isSecret(other), false);
  }
  assert.throws(() => lookAlike.reveal(), TypeError);
});

test("equality is by value", () => {
  const value = canary();
  assert.ok(new Secret(value).equals(new Secret(value)));
  assert.equal(new Secret(value).equals(new Secret(canary())), false);
  assert.equal(new Secret(value).equals(new Secret(`${value}x`)), false);
});

test("what is empty, too long or not well-formed is no secret, and the refusal does not repeat it", () => {
  const longest = "é".repeat(MAX_SECRET_BYTES / 2);
  assert.equal(new Secret(longest).reveal(), longest);
  const value = canary();
  for (const bad of ["", `${longest}e`, `${value}\ud800`, 7 as unknown as string, null as unknown as string]) {
    assert.throws(
      () => new Secret(bad),
      (error: Error) => {
        assert.ok(!inspect(error).includes(value));
        return Reflect.get(error, "code") === "input_invalid";
      },
    );
  }
});
