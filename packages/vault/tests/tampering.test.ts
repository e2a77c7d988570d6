import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { open, openSealed, seal, VaultError } from "../src/index.ts";
import type { Binding } from "../src/index.ts";
import { bindingFor, canary, keyPair, secretOf } from "./fixtures.ts";

const SEGMENTS = ["header", "encrypted key", "initialisation vector", "ciphertext", "tag"] as const;

const OTHER: { readonly [Field in keyof Binding]: Binding[Field] } = {
  org: randomUUID(),
  id: randomUUID(),
  version: 2,
  provider: "anthropic",
  destination: "https://attacker.example/v1",
  purpose: "anything_else",
};

const FIELDS = Object.keys(OTHER) as (keyof Binding)[];

async function sealedPair() {
  const pair = await keyPair();
  const binding = bindingFor(pair.org);
  return { ...pair, binding, sealed: await seal({ publicKey: pair.publicKey, binding, secret: secretOf() }) };
}

async function assertRefused(attempt: Promise<unknown>, what: string): Promise<void> {
  await assert.rejects(attempt, { name: "VaultError", code: "open_failed" }, what);
}

for (const field of FIELDS) {
  test(`a secret does not open under another ${field}`, async () => {
    const { privateKey, sealed, binding } = await sealedPair();
    const changed = { ...binding, [field]: OTHER[field] };
    await assertRefused(open({ privateKey, sealed, binding: changed }), field);
    await assertRefused(openSealed({ privateKey, sealed, expected: changed }), field);
  });

  test(`a secret whose header was rewritten to another ${field} opens under neither`, async () => {
    const { privateKey, sealed, binding } = await sealedPair();
    const [encoded = "", ...rest] = sealed.split(".");
    const header = JSON.parse(Buffer.from(encoded, "base64url").toString()) as Record<string, unknown>;
    const rewritten = Buffer.from(JSON.stringify({ ...header, [field]: OTHER[field] })).toString("base64url");
    const forged = [rewritten, ...rest].join(".");
    await assertRefused(open({ privateKey, sealed: forged, binding }), field);
    await assertRefused(open({ privateKey, sealed: forged, binding: { ...binding, [field]: OTHER[field] } }), field);
  });
}

for (const [at, name] of SEGMENTS.entries()) {
  test(`a secret with any byte of its ${name} flipped does not open`, async () => {
    const { privateKey, sealed, binding } = await sealedPair();
    const segments = sealed.split(".");
    const bytes = Buffer.from(segments[at] ?? "", "base64url");
    assert.ok(bytes.length > 0);
    for (let index = 0; index < bytes.length; index += 1) {
      for (const mask of [0x01, 0x80, 0xff]) {
        const flipped = Buffer.from(bytes);
        flipped.writeUInt8(flipped.readUInt8(index) ^ mask, index);
        const forged = segments.with(at, flipped.toString("base64url")).join(".");
        await assertRefused(open({ privateKey, sealed: forged, binding }), `byte ${index} ^ ${mask}`);
      }
    }
  });

  test(`a secret with any character of its ${name} replaced, cut or added does not open`, async () => {
    const { privateKey, sealed, binding } = await sealedPair();
    const segments = sealed.split(".");
    const text = segments[at] ?? "";
    const forgeries = [...text].map(
      (character, index) => text.slice(0, index) + (character === "A" ? "B" : "A") + text.slice(index + 1),
    );
    // The last character's unused bits: another spelling of the same bytes.
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    forgeries.push(...Array.from(alphabet, (last) => text.slice(0, -1) + last).filter((each) => each !== text));
    forgeries.push(
      "",
      text.slice(0, -1),
      text.slice(1),
      `${text}A`,
      `${text}=`,
      `${text} `,
      `\n${text}`,
      `${text}.${text}`,
      "*",
    );
    for (const forgery of forgeries) {
      await assertRefused(open({ privateKey, sealed: segments.with(at, forgery).join("."), binding }), forgery);
    }
  });

  test(`a secret with the ${name} of another does not open`, async () => {
    const { privateKey, publicKey, sealed, binding } = await sealedPair();
    const another = (await seal({ publicKey, binding, secret: secretOf() })).split(".");
    const forged = sealed.split(".").with(at, another[at] ?? "");
    await assertRefused(open({ privateKey, sealed: forged.join("."), binding }), name);
  });
}

test("swapped rows do not open", async () => {
  const { org, privateKey, publicKey } = await keyPair();
  const [one, two] = [bindingFor(org), bindingFor(org)];
  const sealedOne = await seal({ publicKey, binding: one, secret: secretOf() });
  const sealedTwo = await seal({ publicKey, binding: two, secret: secretOf() });
  await assertRefused(open({ privateKey, sealed: sealedOne, binding: two }), "one in the row of two");
  await assertRefused(open({ privateKey, sealed: sealedTwo, binding: one }), "two in the row of one");
});

test("an earlier version in the place of the current one does not open", async () => {
  const { org, privateKey, publicKey } = await keyPair();
  const binding = bindingFor(org);
  const first = await seal({ publicKey, binding, secret: secretOf() });
  await assertRefused(open({ privateKey, sealed: first, binding: { ...binding, version: 2 } }), "replayed");
});

test("another organisation's private key opens nothing, even when the row claims the other organisation", async () => {
  const { sealed, binding } = await sealedPair();
  const other = await keyPair();
  await assertRefused(open({ privateKey: other.privateKey, sealed, binding }), "as it is");
  await assertRefused(
    open({ privateKey: other.privateKey, sealed, binding: { ...binding, org: other.org } }),
    "claimed",
  );
});

test("no failure to open can be told from another", async () => {
  const { org, privateKey, publicKey, sealed, binding } = await sealedPair();
  const other = await keyPair(org);
  const [header, key, iv, ciphertext, tag] = sealed.split(".");
  const value = canary();
  const notText = await seal({ publicKey, binding, secret: secretOf(value) });
  const attempts: Promise<unknown>[] = [
    open({ privateKey, sealed: "", binding }),
    open({ privateKey, sealed: value, binding }),
    open({ privateKey, sealed: 7 as unknown as string, binding }),
    open({ privateKey, sealed: `${"A".repeat(20_000)}....`, binding }),
    open({ privateKey, sealed: [header, key, iv, ciphertext].join("."), binding }),
    open({ privateKey, sealed: [header, "AAAA", iv, ciphertext, tag].join("."), binding }),
    open({ privateKey, sealed: [header, key, "AAAA", ciphertext, tag].join("."), binding }),
    open({ privateKey, sealed: [header, key, iv, ciphertext, "AAAA"].join("."), binding }),
    open({ privateKey: other.privateKey, sealed, binding }),
    open({ privateKey, sealed, binding: { ...binding, version: 2 } }),
    open({ privateKey, sealed: notText, binding: bindingFor(org) }),
  ];
  const failures = await Promise.all(
    attempts.map((attempt) =>
      attempt.then(
        () => assert.fail("opened"),
        (error: unknown) => error,
      ),
    ),
  );
  const [first, ...rest] = failures.map((failure) => {
    assert.ok(failure instanceof VaultError);
    const { name, code, message, retryable, cause } = failure;
    return {
      name,
      code,
      message,
      retryable,
      cause,
      own: Reflect.ownKeys(failure).filter((property) => property !== "stack"),
    };
  });
  assert.equal(first?.cause, undefined);
  for (const failure of rest) assert.deepEqual(failure, first);
});
