import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { signHead, verifyHead } from "../src/index.ts";
import type { AuditHead } from "../src/index.ts";
import { instance } from "./fixtures.ts";

const headOf = (org: string): AuditHead => ({
  org,
  seq: 41n,
  hash: randomBytes(32).toString("hex"),
  time: new Date("2026-11-02T03:04:05.678Z"),
});

test("a signed head comes back as it was, whatever its number, hash and time", async () => {
  const { signer } = await instance();
  await fc.assert(
    fc.asyncProperty(
      fc.uuid(),
      fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.date({ min: new Date(0), max: new Date("9999-12-31T23:59:59.999Z"), noInvalidDate: true }),
      async (org, seq, bytes, time) => {
        const head = { org, seq, hash: Buffer.from(bytes).toString("hex"), time };
        const signed = await signHead({ signer, head });
        assert.deepEqual(await verifyHead({ verifier: signer.verifier, org, signed }), head);
      },
    ),
    { numRuns: 50 },
  );
});

test("a head is refused for another organisation, by another instance, and with any member changed", async () => {
  const [{ signer }, other] = [await instance(), await instance()];
  const org = randomUUID();
  const signed = await signHead({ signer, head: headOf(org) });
  const invalid = { code: "signature_invalid" };
  await assert.rejects(verifyHead({ verifier: signer.verifier, org: randomUUID(), signed }), invalid);
  await assert.rejects(verifyHead({ verifier: other.signer.verifier, org, signed }), invalid);
  const [header, payload = "", signature] = signed.split(".");
  const record = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
  for (const change of [{ seq: "40" }, { hash: "0".repeat(64) }, { time: "2026-11-02T03:04:05.679Z" }, { more: 1 }]) {
    const forged = Buffer.from(JSON.stringify({ ...record, ...change })).toString("base64url");
    const rejoined = [header, forged, signature].join(".");
    await assert.rejects(verifyHead({ verifier: signer.verifier, org, signed: rejoined }), invalid);
  }
});

test("a malformed head is not signed", async () => {
  const { signer } = await instance();
  const head = headOf(randomUUID());
  const changes = [
    { org: "acme" },
    { seq: 0n },
    { seq: -1n },
    { seq: 10n ** 19n },
    { hash: "ab" },
    { hash: head.hash.toUpperCase() + "g" },
    { time: new Date(Number.NaN) },
  ];
  for (const change of changes) {
    await assert.rejects(signHead({ signer, head: { ...head, ...change } }), { code: "input_invalid" });
  }
});
