import assert from "node:assert/strict";
import { test } from "node:test";
import { readVectors, withVectors } from "./wycheproof.ts";

interface Group {
  readonly ivSize: number;
  readonly keySize: number;
  readonly tagSize: number;
  readonly tests: readonly {
    tcId: number;
    key: string;
    iv: string;
    aad: string;
    msg: string;
    ct: string;
    tag: string;
    result: string;
  }[];
}

type Encryption = Record<string, unknown>;
interface ContentEncryption {
  encrypt(
    enc: Encryption,
    msg: Uint8Array,
    key: Uint8Array,
    iv: Uint8Array,
    aad: Uint8Array,
  ): Promise<{ ciphertext: Uint8Array; tag: Uint8Array }>;
  decrypt(
    enc: Encryption,
    key: Uint8Array,
    ct: Uint8Array,
    iv: Uint8Array,
    tag: Uint8Array,
    aad: Uint8Array,
  ): Promise<Uint8Array>;
}

/** jose's own step between an unwrapped key and the plain text: the one `seal` and `open` go through. */
async function joseContentEncryption(): Promise<ContentEncryption & { a256gcm: Encryption }> {
  const inside = (path: string): string => new URL(path, import.meta.resolve("jose")).href;
  const steps = (await import(inside("./lib/content_encryption.js"))) as ContentEncryption;
  const { jweEncryption } = (await import(inside("./lib/jwe_algorithms.js"))) as {
    jweEncryption(enc: string): Encryption;
  };
  return { encrypt: steps.encrypt, decrypt: steps.decrypt, a256gcm: jweEncryption("A256GCM") };
}

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));

test(
  "Wycheproof AES-GCM: valid vectors of A256GCM seal and open, invalid ones and other sizes are refused",
  withVectors,
  async () => {
    const { encrypt, decrypt, a256gcm } = await joseContentEncryption();
    const { testGroups, numberOfTests } = readVectors<Group>("aes_gcm_test.json");
    const counts = { valid: 0, invalid: 0, "other size": 0 };
    for (const { ivSize, keySize, tagSize, tests } of testGroups) {
      const isOurs = ivSize === 96 && keySize === 256 && tagSize === 128;
      for (const { tcId, key, iv, aad, msg, ct, tag, result } of tests) {
        const opening = decrypt(a256gcm, bytes(key), bytes(ct), bytes(iv), bytes(tag), bytes(aad));
        if (isOurs && result === "valid") {
          assert.equal(Buffer.from(await opening).toString("hex"), msg, `tcId ${tcId}`);
          const sealed = await encrypt(a256gcm, bytes(msg), bytes(key), bytes(iv), bytes(aad));
          assert.deepEqual(
            [sealed.ciphertext, sealed.tag].map((part) => Buffer.from(part).toString("hex")),
            [ct, tag],
            `tcId ${tcId}`,
          );
          counts.valid += 1;
        } else {
          await assert.rejects(opening, `tcId ${tcId}`);
          counts[isOurs ? "invalid" : "other size"] += 1;
        }
      }
    }
    assert.equal(counts.valid + counts.invalid + counts["other size"], numberOfTests);
    assert.ok(counts.valid > 30 && counts.invalid > 20, JSON.stringify(counts));
  },
);
