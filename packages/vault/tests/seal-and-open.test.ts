import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { MAX_SECRET_BYTES, open, openSealed, seal, Secret } from "../src/index.ts";
import type { Binding, SealingKey } from "../src/index.ts";
import { SealingKey as SealingKeyClass } from "../src/organisation-key/sealing-key.ts";
import { organisationKeyId } from "../src/organisation-key/organisation-key-id.ts";
import { bindingFor, canary, keyPair, secretOf } from "./fixtures.ts";

const uuid = fc.uuid();
const slug = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,63}$/);

test("what is sealed opens to the same value under the same binding", async () => {
  const { org, publicKey, privateKey } = await keyPair();
  await fc.assert(
    fc.asyncProperty(
      fc.string({ minLength: 1, maxLength: 300, unit: "grapheme" }).filter((text) => text.isWellFormed()),
      fc.record({
        org: fc.constant(org),
        id: uuid,
        version: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
        provider: slug,
        destination: fc.stringMatching(/^[\x21-\x7e]{1,300}$/),
        purpose: slug,
      }),
      async (value, binding) => {
        const sealed = await seal({ publicKey, binding, secret: new Secret(value) });
        assert.equal((await open({ privateKey, sealed, binding })).reveal(), value);
        const { org, id, version } = binding;
        const opened = await openSealed({ privateKey, sealed, expected: { org, id, version } });
        assert.deepEqual(opened.binding, { ...binding });
      },
    ),
    { numRuns: 50 },
  );
});

test("the longest secret with the longest binding fits the 16,384 characters of a sealed row", async () => {
  const { org, publicKey, privateKey } = await keyPair();
  const binding = bindingFor(org, {
    version: 2 ** 31 - 1,
    provider: "p".repeat(64),
    purpose: "p".repeat(64),
    destination: "\\".repeat(300), // twice as long in JSON
  });
  const secret = new Secret("x".repeat(MAX_SECRET_BYTES));
  const sealed = await seal({ publicKey, binding, secret });
  assert.ok(sealed.length <= 16_384, String(sealed.length));
  assert.ok((await open({ privateKey, sealed, binding })).equals(secret));
});

test("the destination and purpose are those the secret was sealed with, whatever the row says", async () => {
  const { org, publicKey, privateKey } = await keyPair();
  const binding = bindingFor(org);
  const sealed = await seal({ publicKey, binding, secret: secretOf() });
  const { id, version, provider } = binding;
  const opened = await openSealed({ privateKey, sealed, expected: { org, id, version, provider } });
  assert.equal(opened.binding.destination, binding.destination);
  assert.equal(opened.binding.purpose, binding.purpose);
});

test("a binding with a missing field opens nothing", async () => {
  const { org, publicKey, privateKey } = await keyPair();
  const binding = bindingFor(org);
  const sealed = await seal({ publicKey, binding, secret: secretOf() });
  for (const field of Object.keys(binding)) {
    const { [field]: _, ...partial } = { ...binding } as Record<string, unknown>;
    await assert.rejects(
      open({ privateKey, sealed, binding: partial as unknown as Binding }),
      { code: "open_failed" },
      field,
    );
  }
  for (const field of ["org", "id", "version"]) {
    const { [field]: _, ...partial } = { ...binding } as Record<string, unknown>;
    const expected = partial as unknown as Binding;
    await assert.rejects(openSealed({ privateKey, sealed, expected }), { code: "open_failed" }, field);
  }
});

test("two seals of one secret have nothing in common but the header", async () => {
  const { org, publicKey } = await keyPair();
  const input = { publicKey, binding: bindingFor(org), secret: secretOf() };
  const [one, two] = [(await seal(input)).split("."), (await seal(input)).split(".")];
  for (const [at, segment] of one.entries()) assert.notEqual(segment, two[at]);
});

test("a sealed secret shows its binding and nothing of the secret", async () => {
  const { org, publicKey } = await keyPair();
  const value = canary();
  const sealed = await seal({ publicKey, binding: bindingFor(org), secret: new Secret(value) });
  const decoded = sealed.split(".").map((segment) => Buffer.from(segment, "base64url").toString("latin1"));
  assert.ok(!`${sealed} ${decoded.join(" ")}`.includes(value.slice(3, 11)));
});

const MALFORMED: Record<string, Partial<Record<keyof Binding, unknown>>> = {
  "an organisation that is no UUID": { org: "acme" },
  "an id in capitals": { id: randomUUID().toUpperCase() },
  "version zero": { version: 0 },
  "a version with a fraction": { version: 1.5 },
  "a version as text": { version: "1" },
  "a version no integer column holds": { version: 2 ** 31 },
  "a provider with a space": { provider: "open ai" },
  "an empty destination": { destination: "" },
  "a destination with a line break": { destination: "https://a.example\n" },
  "a destination too long": { destination: "d".repeat(301) },
  "no purpose": { purpose: undefined },
};

for (const [what, change] of Object.entries(MALFORMED)) {
  test(`nothing is sealed under ${what}`, async () => {
    const { org, publicKey } = await keyPair();
    const binding = { ...bindingFor(org), ...change } as Binding;
    await assert.rejects(seal({ publicKey, binding, secret: secretOf() }), { code: "input_invalid" });
  });
}

test("nothing is sealed to another organisation's public key", async () => {
  const [{ publicKey }, other] = [await keyPair(), await keyPair()];
  await assert.rejects(seal({ publicKey, binding: bindingFor(other.org), secret: secretOf() }), {
    code: "input_invalid",
  });
});

test("nothing is sealed to a key that was not verified, nor anything but a Secret", async () => {
  const { org, publicKey } = await keyPair();
  const binding = bindingFor(org);
  const { id, publicJwk } = publicKey;
  const lookAlike = { org, id, publicJwk } as unknown as SealingKey;
  await assert.rejects(seal({ publicKey: lookAlike, binding, secret: secretOf() }), { code: "input_invalid" });
  await assert.rejects(seal({ publicKey, binding, secret: canary() as unknown as Secret }), { code: "input_invalid" });
});

test("nothing is sealed to a public key of low order, whose shared secret everybody knows", async () => {
  const org = randomUUID();
  for (const point of [Buffer.alloc(32), Buffer.from([1, ...new Uint8Array(31)])]) {
    const publicJwk = { kty: "OKP", crv: "X25519", x: point.toString("base64url") } as const;
    const publicKey = new SealingKeyClass(org, organisationKeyId(1, publicJwk), publicJwk);
    await assert.rejects(seal({ publicKey, binding: bindingFor(org), secret: secretOf() }), { code: "input_invalid" });
  }
});
