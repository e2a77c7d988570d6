import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { compactVerify, CompactSign } from "jose";
import { openSealed } from "../src/index.ts";
import { Signer } from "../src/jws/signer.ts";
import { Verifier } from "../src/jws/verifier.ts";
import { Kek } from "../src/kek.ts";
import { OpeningKey } from "../src/organisation-key/opening-key.ts";
import { organisationKeyId } from "../src/organisation-key/organisation-key-id.ts";
import { bindingFor } from "./fixtures.ts";
import { sealWithSharedSecret } from "./independent-sealer.ts";

const hex = (text: string): Buffer<ArrayBuffer> => Buffer.from(text.replaceAll(/\s/g, ""), "hex");
const b64u = (text: string): string => hex(text).toString("base64url");

test("RFC 3394 §4.6: 256 bits wrapped under a 256-bit KEK", async () => {
  // The KEK of the RFC counts up, which parseKek refuses; the wrapping itself is the same.
  const kek = hex("000102030405060708090A0B0C0D0E0F 101112131415161718191A1B1C1D1E1F");
  assert.throws(() => new Kek(kek), { code: "kek_invalid" });
  const wrapping = await crypto.subtle.importKey("raw", kek, "AES-KW", false, ["wrapKey", "unwrapKey"]);
  const data = hex("00112233445566778899AABBCCDDEEFF 000102030405060708090A0B0C0D0E0F");
  const wrapped = "28C9F404C4B810F4 CBCCB35CFB87F826 3F5786E2D80ED326 CBC7F0E71A99F43B FB988B9B7A02DD21";
  const hmac = { name: "HMAC", hash: "SHA-256" } as const;
  const key = await crypto.subtle.importKey("raw", data, hmac, true, ["sign"]);
  assert.deepEqual(Buffer.from(await crypto.subtle.wrapKey("raw", key, wrapping, "AES-KW")), hex(wrapped));
  const unwrapped = await crypto.subtle.unwrapKey("raw", hex(wrapped), wrapping, "AES-KW", hmac, true, ["sign"]);
  assert.deepEqual(Buffer.from(await crypto.subtle.exportKey("raw", unwrapped)), data);
});

test("RFC 7748 §6.1: what Alice seals to Bob opens with the published shared secret", async () => {
  const alice = b64u("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  const bob = {
    kty: "OKP",
    crv: "X25519",
    x: b64u("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"),
    d: b64u("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"),
  } as const;
  const sharedSecret = hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
  const org = randomUUID();
  const id = organisationKeyId(1, bob);
  const expected = bindingFor(org);
  const epk = { kty: "OKP", crv: "X25519", x: alice };
  const header = { alg: "ECDH-ES+A256KW", enc: "A256GCM", typ: "meterr-secret+jwe", kid: id, ...expected, epk };
  const sealed = sealWithSharedSecret({ sharedSecret, header, plaintext: "from Alice" });
  const opened = await openSealed({ privateKey: new OpeningKey(org, id, bob), sealed, expected });
  assert.equal(opened.secret.reveal(), "from Alice");
});

// RFC 8037 appendix A.1 to A.6.
const RFC_8037 = {
  kty: "OKP",
  crv: "Ed25519",
  d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
  x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
} as const;
const RFC_8037_JWS =
  "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

test("RFC 8037 A.3: the id of a signing key is its published thumbprint, shortened", () => {
  const published = Buffer.from("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", "base64url").toString("hex");
  const { keyId } = new Signer(RFC_8037);
  assert.equal(keyId, published.slice(0, 32));
});

test("RFC 8037 A.4 and A.5: our signing and verifying keys make and accept the published signature", async () => {
  const signer = new Signer(RFC_8037);
  const payload = Buffer.from("Example of Ed25519 signing");
  const signed = await new CompactSign(payload).setProtectedHeader({ alg: "EdDSA" }).sign(Signer.keyOf(signer));
  assert.equal(signed, RFC_8037_JWS);
  const verified = await compactVerify(RFC_8037_JWS, Verifier.keyOf(signer.verifier));
  assert.deepEqual(Buffer.from(verified.payload), payload);
});

test("RFC 8037 A.6: the key agreement of the example comes to the published Z", async () => {
  const ephemeral = { kty: "OKP", crv: "X25519", x: "hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo" };
  const bob = {
    kty: "OKP",
    crv: "X25519",
    x: "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08",
    d: b64u("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"),
  } as const;
  const z = hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
  const org = randomUUID();
  const id = organisationKeyId(1, { kty: "OKP", crv: "X25519", x: bob.x });
  const publicKey = await crypto.subtle.importKey("jwk", ephemeral, "X25519", true, []);
  const algorithm = { name: "X25519", public: publicKey };
  const privateKey = OpeningKey.keyOf(new OpeningKey(org, id, bob));
  assert.deepEqual(Buffer.from(await crypto.subtle.deriveBits(algorithm, privateKey as never, 256)), z);
});
