import assert from "node:assert/strict";
import { test } from "node:test";
import { CompactEncrypt } from "jose";
import type { CompactJWEHeaderParameters } from "jose";
import { open, seal } from "../src/index.ts";
import { readProtectedHeader } from "../src/jwe/protected-header.ts";
import { SealingKey } from "../src/organisation-key/sealing-key.ts";
import { bindingFor, canary, keyPair, secretOf } from "./fixtures.ts";

const value = canary();

/** A JWE that is cryptographically sound, with the header an honest sealer would write, changed. */
async function forge(change: Record<string, unknown>, remove: readonly string[] = []) {
  const { org, publicKey, privateKey } = await keyPair();
  const binding = bindingFor(org);
  const honest = { alg: "ECDH-ES+A256KW", enc: "A256GCM", typ: "meterr-secret+jwe", kid: publicKey.id, ...binding };
  const header = Object.fromEntries(
    Object.entries({ ...honest, ...change }).filter(([name]) => !remove.includes(name)),
  );
  const sealed = await new CompactEncrypt(Buffer.from(value))
    .setProtectedHeader(header as unknown as CompactJWEHeaderParameters)
    .encrypt(SealingKey.keyOf(publicKey), { crit: { b64x: true } });
  return { privateKey, binding, sealed };
}

test("the header an honest sealer writes is accepted, so that the refusals below mean something", async () => {
  assert.equal((await open(await forge({}))).reveal(), value);
});

const REFUSED: Record<string, Record<string, unknown>> = {
  "compression (zip)": { zip: "DEF" },
  "a critical extension (crit)": { crit: ["b64x"], b64x: true },
  "an iteration count (p2c)": { p2c: 1 },
  "a key to fetch (jku)": { jku: "https://attacker.example/keys" },
  "a key of its own (jwk)": { jwk: { kty: "oct", k: "AAAA" } },
  "a certificate chain (x5c)": { x5c: [] },
  "party information (apu)": { apu: "QWxpY2U" },
  "an unknown parameter": { note: "x" },
  "a parameter named __proto__": JSON.parse('{"__proto__":{"alg":"dir"}}') as Record<string, unknown>,
  "another type": { typ: "meterr-canary+jwe" },
  "another key id": { kid: "0001-00000000000000000000000000000000" },
  "direct key agreement": { alg: "ECDH-ES" },
  "a shorter key wrap": { alg: "ECDH-ES+A128KW" },
  "a shorter content key": { enc: "A128GCM" },
  "CBC content encryption": { enc: "A256CBC-HS512" },
  "a version as text": { version: "1" },
};

for (const [what, change] of Object.entries(REFUSED)) {
  test(`a sound JWE with ${what} is refused`, async () => {
    await assert.rejects(open(await forge(change)), { code: "open_failed" });
  });
}

for (const name of ["typ", "kid", "org", "id", "version", "provider", "destination", "purpose"]) {
  test(`a sound JWE without ${name} is refused`, async () => {
    await assert.rejects(open(await forge({}, [name])), { code: "open_failed" });
  });
}

test("an ephemeral public key of another curve or with more members is refused", async () => {
  const { org, publicKey, privateKey } = await keyPair();
  const binding = bindingFor(org);
  const [encoded = "", ...rest] = (await seal({ publicKey, binding, secret: secretOf() })).split(".");
  const header = JSON.parse(Buffer.from(encoded, "base64url").toString()) as { epk: Record<string, unknown> };
  for (const change of [
    { crv: "P-256" },
    { kty: "EC" },
    { d: header.epk["x"] },
    { y: header.epk["x"] },
    { x: "AAAA" },
  ]) {
    const forged = Buffer.from(JSON.stringify({ ...header, epk: { ...header.epk, ...change } })).toString("base64url");
    await assert.rejects(open({ privateKey, binding, sealed: [forged, ...rest].join(".") }), { code: "open_failed" });
  }
});

const UNREADABLE: Record<string, string> = {
  "a parameter twice": '{"alg":"A256KW","enc":"A256GCM","alg":"dir"}',
  "a parameter twice, once escaped": '{"alg":"A256KW","\\u0061lg":"dir"}',
  "white space": '{ "alg":"A256KW"}',
  "a byte order mark": '\ufeff{"alg":"A256KW"}',
  "a list": '["A256KW"]',
  "a text": '"A256KW"',
  nothing: "null",
  "no JSON": "{alg}",
  "more than 2,048 characters": JSON.stringify({ alg: "a".repeat(2048) }),
};

for (const [what, text] of Object.entries(UNREADABLE)) {
  test(`a header with ${what} is refused before any cryptography`, () => {
    const jwe = `${Buffer.from(text).toString("base64url")}.AAAA.AAAA.AAAA.AAAA`;
    assert.throws(() => readProtectedHeader(jwe), { code: "open_failed" });
  });
}

test("a JWE longer than a sealed row is refused before it is parsed", () => {
  const header = Buffer.from('{"alg":"A256KW"}').toString("base64url");
  assert.throws(() => readProtectedHeader(`${header}.AAAA.AAAA.${"A".repeat(16_384)}.AAAA`), { code: "open_failed" });
});

test("a header that is not UTF-8 is refused", () => {
  const bytes = Buffer.concat([Buffer.from('{"alg":"'), Buffer.from([0xff]), Buffer.from('"}')]);
  assert.throws(() => readProtectedHeader(`${bytes.toString("base64url")}.AAAA.AAAA.AAAA.AAAA`), {
    code: "open_failed",
  });
});
