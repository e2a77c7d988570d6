import assert from "node:assert/strict";
import { test } from "node:test";
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT, type JWTPayload } from "jose";
import { jwt } from "../src/index.ts";
import { codeOf, people, thing } from "./thing-route.ts";

const { publicKey, privateKey } = await generateKeyPair("EdDSA");
const other = await generateKeyPair("EdDSA");
const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), alg: "EdDSA", kid: "k1" }] });

const now = (): number => Math.floor(Date.now() / 1000);
const sound = (): JWTPayload => ({
  iss: "https://id.test",
  aud: "meter",
  sub: "user-ann",
  exp: now() + 3600,
  iat: now(),
});

const auth = jwt({
  issuer: "https://id.test",
  audience: "meter",
  algorithms: ["EdDSA"],
  keys,
  maxAgeSeconds: 3600,
  memberships: async (subject) => (subject === "user-ann" ? { label: "Ann", ...people.ann } : null),
});

const sign = (payload: JWTPayload, key = privateKey, header = { alg: "EdDSA", kid: "k1" }): Promise<string> =>
  new SignJWT(payload).setProtectedHeader(header).sign(key);

const sendToken = (token: string, with_ = auth): Promise<Response> =>
  thing({ auth: with_ }).send({ headers: { "x-test-credential": null, authorization: `Bearer ${token}` } });

test("a sound token proves the person; role and tenant come from the server's records", async () => {
  const token = await sign({ ...sound(), role: "owner", org_id: "else", memberships: [{ tenantId: "else" }] });
  const { send, host } = thing({ auth });
  const response = await send({ headers: { "x-test-credential": null, authorization: `Bearer ${token}` } });
  assert.equal(response.status, 201);
  assert.equal(host.statements[0]?.tenant.id, people.ann.memberships[0]?.tenantId);
});

for (const claim of ["exp", "iss", "aud", "sub"] as const) {
  test(`a token without ${claim} is refused`, async () => {
    const { [claim]: _, ...rest } = sound();
    assert.equal(await codeOf(await sendToken(await sign(rest))), "401 credential_invalid");
  });
}

const UNSOUND: readonly [string, JWTPayload][] = [
  ["expired", { exp: now() - 60 }],
  ["not yet valid", { nbf: now() + 600 }],
  ["issued in the future", { iat: now() + 600 }],
  ["issued too long ago", { iat: now() - 7200 }],
  ["of another issuer", { iss: "https://else.test" }],
  ["for another audience", { aud: "else" }],
  ["of an unknown person", { sub: "user-gone" }],
];
for (const [what, change] of UNSOUND) {
  test(`a token ${what} is refused`, async () => {
    assert.equal(await codeOf(await sendToken(await sign({ ...sound(), ...change }))), "401 credential_invalid");
  });
}

test("a token signed by somebody else, changed, or unsigned is refused", async () => {
  const good = await sign(sound());
  const [head = "", , signature = ""] = good.split(".");
  const encode = (json: unknown): string => Buffer.from(JSON.stringify(json)).toString("base64url");
  for (const token of [
    await sign(sound(), other.privateKey),
    await sign(sound(), privateKey, { alg: "EdDSA", kid: "unknown" }),
    `${head}.${encode({ ...sound(), sub: "user-bob" })}.${signature}`,
    `${encode({ alg: "none" })}.${encode(sound())}.`,
    `${head}.${encode(sound())}.`,
  ]) {
    assert.equal(await codeOf(await sendToken(token)), "401 credential_invalid");
  }
});

test("a token of an algorithm that is not pinned is refused, whatever its key", async () => {
  const secret = new TextEncoder().encode(JSON.stringify(await exportJWK(publicKey)));
  const token = await new SignJWT(sound()).setProtectedHeader({ alg: "HS256", kid: "k1" }).sign(secret);
  assert.equal(await codeOf(await sendToken(token)), "401 credential_invalid");
});

test("a token rightly signed by an algorithm that is not pinned is refused", async () => {
  const pinned = jwt({
    issuer: "https://id.test",
    audience: "meter",
    algorithms: ["ES256"],
    keys: publicKey,
    memberships: async () => ({ label: "Ann", ...people.ann }),
  });
  assert.equal(await codeOf(await sendToken(await sign(sound()), pinned)), "401 credential_invalid");
});

test("when the key set cannot be read the answer is 503, not 401", async () => {
  const away = jwt({
    issuer: "https://id.test",
    audience: "meter",
    algorithms: ["EdDSA"],
    keys: async () => {
      throw new Error("key set away");
    },
    memberships: async () => null,
  });
  assert.equal(await codeOf(await sendToken(await sign(sound()), away)), "503 identity_unavailable");
});

for (const algorithms of [[], ["none"], ["EdDSA", "None"], ["HS256", "RS256"]]) {
  test(`the algorithms [${algorithms.join(", ")}] are refused at construction`, () => {
    const options = { issuer: "i", audience: "a", keys, memberships: async () => null };
    assert.throws(() => jwt({ ...options, algorithms }), TypeError);
  });
}
