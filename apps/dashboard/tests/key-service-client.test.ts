import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, afterEach, before, test } from "node:test";
import { seal, Secret, signHead, VaultError, verifyHead } from "@meterr/vault";
import { keyServiceClient, KeyServiceError } from "../src/key-service/key-service-client.ts";
import { keyServiceForTest, type KeyServiceForTest } from "./support/key-service-for-test.ts";

let service: KeyServiceForTest;
before(async () => {
  service = await keyServiceForTest();
});
after(() => service?.close());
afterEach(() => {
  service.intervene = null;
  service.asked.length = 0;
});

const CURRENT = "POST /organisation-keys/current";
const client = (now?: () => number) => keyServiceClient(service.socketPath, now);
const isVault = (code: string) => (error: unknown) => error instanceof VaultError && error.code === code;
const isGone = (error: unknown): boolean =>
  error instanceof KeyServiceError && error.code === "key_service_unavailable" && !error.message.includes("/");

/** The service answers this to a question for a key. */
function plantKey(answer: (orgId: string) => Promise<unknown>): void {
  service.intervene = async (operation, orgId) =>
    operation === CURRENT ? { status: 200, body: await answer(orgId) } : undefined;
}

test("positive control: a verified key seals what only the key service opens", async () => {
  const org = randomUUID();
  const key = await client().currentSealingKey(org);
  const binding = {
    org,
    id: randomUUID(),
    version: 1,
    provider: "openai",
    destination: "sandbox:openai",
    purpose: "provider-call",
  } as const;
  const text = randomUUID();
  const sealed = await seal({ publicKey: key, secret: new Secret(text), binding });
  const opened = await service.keyring.open({ sealed, expected: binding });
  assert.equal(opened.secret.reveal(), text);
});

test("another organisation's key, signed by this instance, is refused", async () => {
  const other = randomUUID();
  plantKey(() => service.keyring.make(other));
  await assert.rejects(client().currentSealingKey(randomUUID()), isVault("signature_invalid"));
});

test("another organisation's key under the right organisation's name is refused", async () => {
  const theirs = await service.keyring.make(randomUUID());
  plantKey(async (orgId) => ({ ...theirs, org: orgId }));
  await assert.rejects(client().currentSealingKey(randomUUID()), isVault("signature_invalid"));
});

test("a key under another key's id is refused", async () => {
  const org = randomUUID();
  const first = await service.keyring.make(org);
  const second = await service.keyring.rotate(org);
  plantKey(async () => ({ ...second, id: first.id }));
  await assert.rejects(client().currentSealingKey(org), isVault("signature_invalid"));
});

test("a key signed by another instance is refused", async () => {
  const impostor = await keyServiceForTest();
  try {
    plantKey((orgId) => impostor.keyring.make(orgId));
    await assert.rejects(client().currentSealingKey(randomUUID()), isVault("signature_invalid"));
  } finally {
    await impostor.close();
  }
});

test("once pinned, the verification key does not change with what the socket says later", async () => {
  const impostor = await keyServiceForTest();
  try {
    const pinned = client();
    await pinned.verifier();
    service.intervene = async (operation, orgId) =>
      operation === CURRENT
        ? { status: 200, body: await impostor.keyring.make(orgId) }
        : { status: 200, body: impostor.signer.verifier.publicJwk };
    await assert.rejects(pinned.currentSealingKey(randomUUID()), isVault("signature_invalid"));
  } finally {
    await impostor.close();
  }
});

for (const [what, change] of [
  ["cut short", (signed: string) => signed.slice(0, -4)],
  ["of another payload", (signed: string) => signed.replace(/\..*\./, `.${btoa("{}").replaceAll("=", "")}.`)],
  ["without an algorithm", (signed: string) => signed.replace(/^[^.]*/, btoa('{"alg":"none"}').replaceAll("=", ""))],
  ["empty", () => ""],
] as const) {
  test(`a signature ${what} is refused`, async () => {
    plantKey(async (orgId) => {
      const key = await service.keyring.make(orgId);
      return { ...key, signed: change(key.signed) };
    });
    await assert.rejects(client().currentSealingKey(randomUUID()), isVault("signature_invalid"));
  });
}

test("a refused key is not kept: the next question asks again", async () => {
  const org = randomUUID();
  const asking = client();
  plantKey(() => service.keyring.make(randomUUID()));
  await assert.rejects(asking.currentSealingKey(org), isVault("signature_invalid"));
  service.intervene = null;
  assert.equal((await asking.currentSealingKey(org)).org, org);
});

test("a verified key is kept for a minute and asked for anew after it", async () => {
  let now = 0;
  const org = randomUUID();
  const asking = client(() => now);
  const first = await asking.currentSealingKey(org);
  now = 59_999;
  await asking.currentSealingKey(org);
  assert.equal(service.asked.filter((operation) => operation === CURRENT).length, 1);
  const rotated = await service.keyring.rotate(org);
  now = 60_001;
  const second = await asking.currentSealingKey(org);
  assert.deepEqual([second.id, first.id === second.id], [rotated.id, false]);
});

test("one organisation's kept key is never handed to another", async () => {
  const asking = client();
  const [one, two] = [randomUUID(), randomUUID()];
  const keys = await Promise.all([asking.currentSealingKey(one), asking.currentSealingKey(two)]);
  assert.deepEqual(
    keys.map((key) => key.org),
    [one, two],
  );
  assert.equal((await asking.currentSealingKey(one)).org, one);
});

test("a socket nobody listens on is an unavailable key service, and no path is named", async () => {
  await service.kill();
  try {
    const asking = client();
    await assert.rejects(asking.currentSealingKey(randomUUID()), isGone);
    await assert.rejects(asking.signAuditHead(randomUUID()), isGone);
    await assert.rejects(asking.verifier(), isGone);
    await service.revive();
    assert.ok(await asking.verifier(), "a failed first question is not remembered");
  } finally {
    await service.kill();
    await service.revive();
  }
});

const IMPATIENT = 300;

test("a socket that accepts and never answers is given up", { timeout: 60_000 }, async () => {
  service.intervene = () => new Promise(() => undefined);
  await assert.rejects(keyServiceClient(service.socketPath, undefined, IMPATIENT).verifier(), isGone);
});

test("an answer that trickles without end is given up", { timeout: 60_000 }, async () => {
  service.trickle = true;
  try {
    await assert.rejects(keyServiceClient(service.socketPath, undefined, IMPATIENT).verifier(), isGone);
  } finally {
    service.trickle = false;
  }
});

for (const [what, body] of [
  ["no JSON", "<html>"],
  ["longer than any key", JSON.stringify({ kty: "OKP", crv: "Ed25519", x: "x".repeat(20_000) })],
] as const) {
  test(`an answer that is ${what} is an unavailable key service`, async () => {
    service.intervene = async () => ({ status: 200, body });
    await assert.rejects(client().verifier(), isGone);
  });
}

for (const status of [404, 500, 503]) {
  test(`an answer of ${status} hands out no key`, async () => {
    service.intervene = async (operation) => (operation === CURRENT ? { status, body: {} } : undefined);
    await assert.rejects(client().currentSealingKey(randomUUID()), isGone);
  });
}

test("no entry yet is no signed head, and a failure is not taken for one", async () => {
  assert.equal(await client().signAuditHead(randomUUID()), null);
  service.intervene = async () => ({ status: 503, body: { code: "unavailable" } });
  await assert.rejects(client().signAuditHead(randomUUID()), isGone);
});

test("a signed head is verified with the pinned key, for its own organisation alone", async () => {
  const org = randomUUID();
  const head = { org, seq: 7n, hash: "ab".repeat(32), time: new Date() };
  const signed = await signHead({ signer: service.signer, head });
  service.intervene = async (operation) =>
    operation === "POST /audit-heads/sign" ? { status: 200, body: { signed, seq: "7", refused: null } } : undefined;
  const asking = client();
  const answer = await asking.signAuditHead(org);
  const verifier = await asking.verifier();
  assert.deepEqual(await verifyHead({ verifier, org, signed: answer?.signed ?? "" }), head);
  await assert.rejects(verifyHead({ verifier, org: randomUUID(), signed }), isVault("signature_invalid"));
});
