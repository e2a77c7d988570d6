import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { inspect } from "node:util";
import { CompactSign, exportJWK, generateKeyPair } from "jose";
import {
  open,
  openInstanceSigner,
  organisationKeyring,
  seal,
  signHead,
  signOrganisationKey,
  Verifier,
  verifyOrganisationKey,
} from "../src/index.ts";
import { memoryKeystore } from "../src/keystore/memory-keystore.ts";
import type { Keystore } from "../src/index.ts";
import { bindingFor, canary, freshKek, instance, keyPair, secretOf } from "./fixtures.ts";

const invalid = { name: "VaultError", code: "signature_invalid" };

test("the public key an instance signed is the one a sealer gets", async () => {
  const { keyring, signer } = await instance();
  const made = await keyring.make(randomUUID());
  const key = await verifyOrganisationKey({
    verifier: signer.verifier,
    org: made.org,
    keyId: made.id,
    signed: made.signed,
  });
  assert.deepEqual([key.org, key.id, key.publicJwk], [made.org, made.id, made.publicJwk]);
});

test("a verifier made from the published JWK alone verifies the same", async () => {
  const { keyring, signer } = await instance();
  const { org, id, signed } = await keyring.make(randomUUID());
  const verifier = new Verifier(JSON.parse(JSON.stringify(signer.publicJwk)) as typeof signer.publicJwk);
  assert.equal((await verifyOrganisationKey({ verifier, org, keyId: id, signed })).id, id);
});

test("a public key planted in the database is refused, whoever signed it", async () => {
  const { keyring, signer } = await instance();
  const { org, id, signed } = await keyring.make(randomUUID());
  const attacker = await instance();
  const planted = await keyPair(org);
  const { publicJwk } = planted.publicKey;
  const verifier = signer.verifier;

  const bySomeoneElse = await signOrganisationKey({
    signer: attacker.signer,
    org,
    keyId: planted.publicKey.id,
    publicJwk,
  });
  await assert.rejects(
    verifyOrganisationKey({ verifier, org, keyId: planted.publicKey.id, signed: bySomeoneElse }),
    invalid,
  );

  const [header, , signature] = signed.split(".");
  const payload = Buffer.from(JSON.stringify({ org, id: planted.publicKey.id, jwk: publicJwk })).toString("base64url");
  const spliced = [header, payload, signature].join(".");
  await assert.rejects(verifyOrganisationKey({ verifier, org, keyId: planted.publicKey.id, signed: spliced }), invalid);
  await assert.rejects(verifyOrganisationKey({ verifier, org, keyId: id, signed: spliced }), invalid);
});

test("another organisation's signed key is refused, and so is another key of the same one", async () => {
  const { keyring, signer } = await instance();
  const [one, two] = [await keyring.make(randomUUID()), await keyring.make(randomUUID())];
  const rotated = await keyring.rotate(one.org);
  const { verifier } = signer;
  await assert.rejects(verifyOrganisationKey({ verifier, org: one.org, keyId: two.id, signed: two.signed }), invalid);
  await assert.rejects(verifyOrganisationKey({ verifier, org: two.org, keyId: one.id, signed: one.signed }), invalid);
  await assert.rejects(
    verifyOrganisationKey({ verifier, org: one.org, keyId: rotated.id, signed: one.signed }),
    invalid,
  );
});

test("a signature of this instance over something else does not pass for an organisation key", async () => {
  const { keyring, signer } = await instance();
  const { org, id } = await keyring.make(randomUUID());
  const head = { org, seq: 1n, hash: "0".repeat(64), time: new Date(0) };
  const signed = await signHead({ signer, head });
  await assert.rejects(verifyOrganisationKey({ verifier: signer.verifier, org, keyId: id, signed }), invalid);
});

test("no other algorithm or header passes, even where the signature itself is sound", async () => {
  const { privateKey } = await generateKeyPair("Ed25519", { extractable: true });
  const { x = "" } = await exportJWK(privateKey);
  const verifier = new Verifier({ kty: "OKP", crv: "Ed25519", x });
  const { publicKey, org } = await keyPair();
  const payload = Buffer.from(JSON.stringify({ org, id: publicKey.id, jwk: publicKey.publicJwk }));
  const honest = { alg: "Ed25519", typ: "meterr-organisation-key+jws", kid: verifier.keyId };
  const sign = (header: typeof honest & Record<string, unknown>) =>
    new CompactSign(payload).setProtectedHeader(header).sign(privateKey);
  const verify = (signed: string) => verifyOrganisationKey({ verifier, org, keyId: publicKey.id, signed });

  assert.equal((await verify(await sign(honest))).id, publicKey.id);
  const changes = [
    { alg: "EdDSA" },
    { typ: "JWT" },
    { kid: "x" },
    { jku: "https://attacker.example" },
    { b64: true, crit: ["b64"] },
  ];
  for (const change of changes) await assert.rejects(verify(await sign({ ...honest, ...change })), invalid);

  const [, body, signature] = (await sign(honest)).split(".");
  const none = Buffer.from(JSON.stringify({ ...honest, alg: "none" })).toString("base64url");
  for (const bad of ["", "a.b.c", `${none}.${body}.`, `${none}.${body}.${signature}`, "x".repeat(5000)]) {
    await assert.rejects(verify(bad), invalid);
  }
});

test("every flipped character of a signed key is refused", async () => {
  const { keyring, signer } = await instance();
  const { org, id, signed } = await keyring.make(randomUUID());
  for (let at = 0; at < signed.length; at += 1) {
    const forged = signed.slice(0, at) + (signed[at] === "A" ? "Q" : "A") + signed.slice(at + 1);
    await assert.rejects(
      verifyOrganisationKey({ verifier: signer.verifier, org, keyId: id, signed: forged }),
      invalid,
      String(at),
    );
  }
});

test("an organisation is made once; then its current key is found again, also by another process", async () => {
  const { keyring, kek, keystore, signer } = await instance();
  const org = randomUUID();
  assert.equal(await keyring.current(org), null);
  const made = await keyring.make(org);
  await assert.rejects(keyring.make(org), { code: "keystore_exists" });
  assert.deepEqual(await keyring.current(org), made);
  assert.deepEqual(await organisationKeyring({ kek, keystore, signer }).current(org), made);
});

test("after a rotation the newest key is current and what was sealed before still opens", async () => {
  const { keyring, signer, addOrganisation } = await instance();
  const { org, publicKey } = await addOrganisation();
  const binding = bindingFor(org);
  const before = await seal({ publicKey, binding, secret: secretOf("before") });
  const rotated = await keyring.rotate(org);
  assert.deepEqual(await keyring.current(org), rotated);
  const newKey = await verifyOrganisationKey({
    verifier: signer.verifier,
    org,
    keyId: rotated.id,
    signed: rotated.signed,
  });
  const after = await seal({ publicKey: newKey, binding, secret: secretOf("after") });
  assert.equal((await keyring.open({ sealed: before, expected: binding })).secret.reveal(), "before");
  assert.equal((await keyring.open({ sealed: after, expected: binding })).secret.reveal(), "after");
});

test("after an erasure nothing of that organisation opens, here or in a new process, and others are untouched", async () => {
  const { keyring, kek, keystore, signer, addOrganisation } = await instance();
  const [one, two] = [await addOrganisation(), await addOrganisation()];
  const [bindingOne, bindingTwo] = [bindingFor(one.org), bindingFor(two.org)];
  const sealedOne = await seal({ publicKey: one.publicKey, binding: bindingOne, secret: secretOf() });
  const sealedTwo = await seal({ publicKey: two.publicKey, binding: bindingTwo, secret: secretOf("two") });
  await keyring.open({ sealed: sealedOne, expected: bindingOne });
  await keyring.erase(one.org);
  await keyring.erase(one.org);
  const later = organisationKeyring({ kek, keystore, signer });
  for (const each of [keyring, later]) {
    await assert.rejects(each.open({ sealed: sealedOne, expected: bindingOne }), { code: "open_failed" });
    assert.equal((await each.open({ sealed: sealedTwo, expected: bindingTwo })).secret.reveal(), "two");
    assert.equal(await each.current(one.org), null);
  }
});

test("a wrapped key moved to another organisation or id in the keystore opens nothing", async () => {
  const { kek, keystore, signer, addOrganisation } = await instance();
  const [one, two] = [await addOrganisation(), await addOrganisation()];
  const wrapped = (await keystore.get(one.org, one.publicKey.id)) ?? "";
  const moved = memoryKeystore();
  await moved.put(two.org, one.publicKey.id, wrapped);
  await moved.put(one.org, two.publicKey.id, wrapped);
  const keyring = organisationKeyring({ kek, keystore: moved, signer });
  await assert.rejects(keyring.current(two.org), { code: "open_failed" });
  await assert.rejects(keyring.current(one.org), { code: "open_failed" });
});

test("another KEK unwraps nothing", async () => {
  const { keystore, signer, addOrganisation } = await instance();
  const { org, publicKey } = await addOrganisation();
  const binding = bindingFor(org);
  const sealed = await seal({ publicKey, binding, secret: secretOf() });
  const kek = freshKek();
  await assert.rejects(openInstanceSigner({ kek, keystore }), { code: "open_failed" });
  const keyring = organisationKeyring({ kek, keystore, signer });
  await assert.rejects(keyring.open({ sealed, expected: binding }), { code: "open_failed" });
});

test("a keystore that cannot be read is told apart from a secret that does not open, and tried again", async () => {
  const { kek, keystore, signer, addOrganisation } = await instance();
  const { org, publicKey } = await addOrganisation();
  const binding = bindingFor(org);
  const sealed = await seal({ publicKey, binding, secret: secretOf("back") });
  let broken = true;
  const flaky: Keystore = {
    ...keystore,
    get: (owner, id) => (broken ? Promise.reject(new Error("EIO")) : keystore.get(owner, id)),
  };
  const keyring = organisationKeyring({ kek, keystore: flaky, signer });
  await assert.rejects(keyring.open({ sealed, expected: binding }), /EIO/);
  broken = false;
  assert.equal((await keyring.open({ sealed, expected: binding })).secret.reveal(), "back");
});

test("unwrapped keys are held: the keystore is read once for many opens, also at the same time", async () => {
  const { kek, keystore, signer, addOrganisation } = await instance();
  const { org, publicKey } = await addOrganisation();
  const binding = bindingFor(org);
  const sealed = await seal({ publicKey, binding, secret: secretOf() });
  let reads = 0;
  const counting: Keystore = {
    ...keystore,
    get(owner, id) {
      reads += 1;
      return keystore.get(owner, id);
    },
  };
  const keyring = organisationKeyring({ kek, keystore: counting, signer });
  await Promise.all(Array.from({ length: 8 }, () => keyring.open({ sealed, expected: binding })));
  await keyring.open({ sealed, expected: binding });
  assert.equal(reads, 1);
  keyring.forget(org);
  await keyring.open({ sealed, expected: binding });
  assert.equal(reads, 2);
});

test("what names no key of ours does not open, and does not reach the keystore", async () => {
  const { kek, keystore, signer, addOrganisation } = await instance();
  const { org } = await addOrganisation();
  const keyring = organisationKeyring({ kek, keystore: { ...keystore, get: () => assert.fail("read") }, signer });
  for (const kid of ["../../etc/passwd", "signing", "", 7, "0000-00000000000000000000000000000000"]) {
    const header = Buffer.from(JSON.stringify({ alg: "ECDH-ES+A256KW", kid })).toString("base64url");
    const sealed = `${header}.AAAA.AAAA.AAAA.AAAA`;
    await assert.rejects(keyring.open({ sealed, expected: bindingFor(org) }), { code: "open_failed" });
  }
  const kid = "0001-00000000000000000000000000000000";
  const header = Buffer.from(JSON.stringify({ kid })).toString("base64url");
  const expected = { ...bindingFor(org), org: "instance" };
  await assert.rejects(keyring.open({ sealed: `${header}.AAAA.AAAA.AAAA.AAAA`, expected }), { code: "open_failed" });
});

test("only an organisation's UUID can have keys", async () => {
  const { keyring } = await instance();
  for (const org of ["instance", "acme", "../x", ""])
    await assert.rejects(keyring.make(org), { code: "input_invalid" });
});

test("private keys are shown by nothing and cannot be cloned", async () => {
  const { kek, keystore, signer } = await instance();
  const { privateKey } = await keyPair();
  for (const holder of [privateKey, signer, kek]) {
    assert.throws(() => structuredClone(holder), { name: "DataCloneError" });
    const shown = `${JSON.stringify(holder)} ${inspect(holder, { showHidden: true, depth: null })}`;
    assert.doesNotMatch(shown, /"d"|\bd:/);
  }
  const record = (await keystore.get("instance", "signing")) ?? "";
  assert.match(record, /^[\w-]+(\.[\w-]+){4}$/);
});

test("nothing opens with a look-alike of an unwrapped key", async () => {
  const { org, publicKey, privateKey } = await keyPair();
  const binding = bindingFor(org);
  const sealed = await seal({ publicKey, binding, secret: secretOf(canary()) });
  const lookAlike = { org, id: privateKey.id, publicJwk: privateKey.publicJwk } as unknown as typeof privateKey;
  await assert.rejects(open({ privateKey: lookAlike, sealed, binding }), { code: "input_invalid" });
});

test("the signing key is made once and found again", async () => {
  const { kek, keystore, signer } = await instance();
  assert.equal((await openInstanceSigner({ kek, keystore })).keyId, signer.keyId);
  await assert.rejects(instance(keystore, kek), { code: "keystore_exists" });
  await assert.rejects(openInstanceSigner({ kek, keystore: memoryKeystore() }), { code: "keystore_missing" });
});
