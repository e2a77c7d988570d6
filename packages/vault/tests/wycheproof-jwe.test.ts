import assert from "node:assert/strict";
import { createPrivateKey, createSecretKey } from "node:crypto";
import { test } from "node:test";
import type { CryptoKey } from "jose";
import { decryptPinned } from "../src/jwe/decrypt-pinned.ts";
import type { KeyManagementAlgorithm } from "../src/jwe/algorithms.ts";
import { readVectors, withVectors } from "./wycheproof.ts";

interface Group {
  readonly private: { readonly kty: string; readonly k?: string; readonly crv?: string };
  readonly tests: readonly { tcId: number; jwe: string; pt: string; enc: string; result: "valid" | "invalid" }[];
}

/** The vector's private key in the shape our own keys have, or null where it can be none of ours. */
function keyFor(algorithm: KeyManagementAlgorithm, jwk: Group["private"]): CryptoKey | null {
  try {
    if (algorithm === "A256KW") {
      return createSecretKey(jwk.k ?? "", "base64url").toCryptoKey("AES-KW", false, ["wrapKey", "unwrapKey"]);
    }
    const key = createPrivateKey({ key: { ...jwk }, format: "jwk" });
    return key.toCryptoKey({ name: "ECDH", namedCurve: jwk.crv ?? "" }, false, ["deriveBits"]);
  } catch {
    return null;
  }
}

function algorithmsOf(jwe: string): { alg?: unknown; enc?: unknown } {
  try {
    return JSON.parse(Buffer.from(jwe.split(".")[0] ?? "", "base64url").toString()) as { alg?: unknown; enc?: unknown };
  } catch {
    return {};
  }
}

// The path seal and open take, with the header check left open: the vectors carry none of our bindings, and
// their ECDH-ES keys are on P-256, where ours are on X25519 (see wycheproof-x25519.test.ts).
for (const algorithm of ["A256KW", "ECDH-ES+A256KW"] as const) {
  test(`Wycheproof JWE: valid ${algorithm} with A256GCM opens, all else is refused`, withVectors, async () => {
    const { testGroups, numberOfTests } = readVectors<Group>("json_web_encryption_test.json");
    const opened: number[] = [];
    let seen = 0;
    for (const group of testGroups) {
      const key = keyFor(algorithm, group.private);
      for (const { tcId, jwe, pt, result } of group.tests) {
        seen += 1;
        if (key === null) continue;
        const { alg, enc } = algorithmsOf(jwe);
        const attempt = decryptPinned({ algorithm, key, jwe, accepts: () => true });
        if (result === "valid" && alg === algorithm && enc === "A256GCM") {
          assert.equal(Buffer.from((await attempt).plaintext).toString("hex"), pt, `tcId ${tcId}`);
          opened.push(tcId);
        } else {
          await assert.rejects(attempt, { code: "open_failed" }, `tcId ${tcId}`);
        }
      }
    }
    assert.equal(seen, numberOfTests);
    assert.deepEqual(opened, [algorithm === "A256KW" ? 29 : 66]);
  });
}
