import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { test } from "node:test";
import { createToken } from "@meterr/vault";
import { apiTokenAuthenticator, type FoundApiToken } from "../src/index.ts";
import { io, membership, ORIGIN } from "./support/fixture.ts";

const now = (): Date => new Date("2026-06-01T00:00:00Z");

function asked(token: string): Request {
  return new Request(ORIGIN, { headers: { authorization: `Bearer ${token}` } });
}

function authenticator(found: FoundApiToken | null) {
  const hashes: string[] = [];
  const find = async (hash: Buffer): Promise<FoundApiToken | null> => {
    hashes.push(hash.toString("hex"));
    return found;
  };
  return { hashes, ...apiTokenAuthenticator({ find }) };
}

test("a token is looked up by the hash of the whole and acts in its member's organisation", async () => {
  const { token } = createToken("api");
  const found = { id: randomUUID(), label: "deploy", expiresAt: null, membership: membership("admin") };
  const { hashes, authenticate } = authenticator(found);
  assert.deepEqual(await authenticate(asked(token), io(now)), {
    kind: "api_token",
    id: found.id,
    label: "deploy",
    memberships: [found.membership],
    credentialId: found.id,
  });
  assert.deepEqual(hashes, [createHash("sha256").update(token).digest("hex")]);
});

test("what is not an API token costs no look-up", async () => {
  const { hashes, authenticate } = authenticator(null);
  const { token } = createToken("api");
  const last = token.endsWith("a") ? "b" : "a";
  for (const text of [
    createToken("live").token,
    createToken("test").token,
    token.slice(0, -1) + last,
    token.slice(0, -1),
    `${token}0`,
    "mtr_api_",
  ]) {
    assert.equal(await authenticate(asked(text), io(now)), null);
  }
  assert.deepEqual(hashes, []);
});

test("an unknown or expired token is refused", async () => {
  const { token } = createToken("api");
  assert.equal(await authenticator(null).authenticate(asked(token), io(now)), null);
  const expired = { id: randomUUID(), label: "old", expiresAt: now(), membership: membership("admin") };
  assert.equal(await authenticator(expired).authenticate(asked(token), io(now)), null);
});
