import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import type { JWK } from "jose";
import { openSealed } from "../src/index.ts";
import { OpeningKey } from "../src/organisation-key/opening-key.ts";
import { organisationKeyId } from "../src/organisation-key/organisation-key-id.ts";
import { bindingFor, canary } from "./fixtures.ts";
import { sealWithSharedSecret } from "./independent-sealer.ts";
import { readVectors, withVectors } from "./wycheproof.ts";

interface Group {
  readonly tests: readonly {
    tcId: number;
    public: JWK;
    private: JWK & { x: string };
    shared: string;
    result: "valid" | "acceptable" | "invalid";
  }[];
}

// Each vector's private key becomes an organisation key and its public key the ephemeral one of a sealed
// secret, made by an independent sealer from the published shared secret. `open` must come to the same one.
test(
  "Wycheproof X25519: what was sealed under a published shared secret opens; a zero one and foreign keys never",
  withVectors,
  async () => {
    const { testGroups, numberOfTests } = readVectors<Group>("x25519_jwk_test.json");
    const counts = { opened: 0, "refused as zero": 0, "refused as no X25519 key": 0 };
    for (const { tcId, public: epkWithKid, private: privateJwk, shared, result } of testGroups.flatMap(
      ({ tests }) => tests,
    )) {
      const org = randomUUID();
      const id = organisationKeyId(1, { kty: "OKP", crv: "X25519", x: privateJwk.x });
      const privateKey = new OpeningKey(org, id, privateJwk);
      const { kid: _, ...epk } = epkWithKid;
      const expected = bindingFor(org);
      const header = { alg: "ECDH-ES+A256KW", enc: "A256GCM", typ: "meterr-secret+jwe", kid: id, ...expected, epk };
      const plaintext = canary();
      const sealed = sealWithSharedSecret({ sharedSecret: Buffer.from(shared, "hex"), header, plaintext });
      const attempt = openSealed({ privateKey, sealed, expected });
      if (result === "invalid") {
        await assert.rejects(attempt, { code: "open_failed" }, `tcId ${tcId}`);
        counts["refused as no X25519 key"] += 1;
      } else if (/^(00)+$/.test(shared)) {
        await assert.rejects(attempt, { code: "open_failed" }, `tcId ${tcId}`); // RFC 7748 §6.1: abort on all zero
        counts["refused as zero"] += 1;
      } else {
        assert.equal((await attempt).secret.reveal(), plaintext, `tcId ${tcId}`);
        counts.opened += 1;
      }
    }
    assert.equal(counts.opened + counts["refused as zero"] + counts["refused as no X25519 key"], numberOfTests);
    assert.ok(
      counts.opened > 400 && counts["refused as zero"] > 20 && counts["refused as no X25519 key"] > 10,
      JSON.stringify(counts),
    );
  },
);
