import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  createLocalJWKSet,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
  type JSONWebKeySet,
} from "jose";
import type { Principal } from "@meterr/runtime";
import { answer } from "./support/answer.ts";
import { fixture, io, membership, ORIGIN, person, type Fixture } from "./support/fixture.ts";

let it: Fixture;
before(async () => {
  it = await fixture();
});
after(() => it.database.close());

async function withToken() {
  const someone = await person(it.identity);
  const browser = it.browse();
  await browser.post("/sign-in/email", { email: someone.email, password: someone.password });
  const { token } = await answer(await browser.get("/token"));
  return { ...someone, browser, token };
}

async function ask(token: string): Promise<Principal | null> {
  const request = new Request(`${ORIGIN}/api/v1/anything`, { headers: { authorization: `Bearer ${token}` } });
  return it.identity.jwtAuthenticator.authenticate(request, io(it.now));
}

test("jose verifies a token against the published key set, with issuer, audience, subject and an hour of life", async () => {
  const { id, token } = await withToken();
  const response = await it.browse().get("/jwks");
  assert.equal(response.headers.get("cache-control"), "public, max-age=300");
  const jwks = (await response.json()) as JSONWebKeySet;
  for (const key of jwks.keys) assert.deepEqual(Object.keys(key).sort(), ["alg", "crv", "kid", "kty", "x"]);
  const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(jwks), {
    issuer: ORIGIN,
    audience: `${ORIGIN}/api/v1`,
    algorithms: ["EdDSA"],
    requiredClaims: ["exp", "iat", "sub"],
  });
  assert.equal(protectedHeader.alg, "EdDSA");
  assert.deepEqual(
    Object.keys(payload).sort(),
    ["aud", "exp", "iat", "iss", "sid", "sub"],
    "no role, organisation or address",
  );
  assert.equal(payload.sub, id);
  assert.equal(Number(payload.exp) - Number(payload.iat), 3600);
});

test("a token proves the person; memberships are those of the moment", async () => {
  const { id, email, token } = await withToken();
  const [owner, viewer] = [membership("owner"), membership("viewer")];
  it.memberships.set(id, [owner]);
  const principal = await ask(token);
  assert.equal(principal?.kind, "jwt");
  assert.equal(principal?.id, id);
  assert.equal(principal?.label, email);
  assert.deepEqual(principal?.memberships, [owner]);
  it.memberships.set(id, [viewer]);
  assert.deepEqual((await ask(token))?.memberships, [viewer]);
  it.memberships.set(id, []);
  assert.deepEqual((await ask(token))?.memberships, []);
});

test("a token is of no use after its hour", async () => {
  const { token } = await withToken();
  it.passes(3590);
  assert.notEqual(await ask(token), null);
  it.passes(16);
  assert.equal(await ask(token), null);
  it.passes(-3606);
});

test("a token ends with the session it was drawn from", async () => {
  const out = await withToken();
  await out.browser.post("/sign-out");
  assert.equal(await ask(out.token), null, "signed out");
  const reset = await withToken();
  await it.identity.setPassword(reset.id, `${reset.password}+`);
  assert.equal(await ask(reset.token), null, "password set anew");
  const gone = await withToken();
  await it.identity.deleteUser(gone.id);
  assert.equal(await ask(gone.token), null, "user removed");
});

test("no token is given without a session", async () => {
  const response = await it.browse().get("/token");
  assert.equal(response.status, 401);
  assert.equal((await answer(response)).code, "session_required");
});

test("tokens of another signer, issuer, audience or algorithm are refused", async () => {
  const { id, token } = await withToken();
  const real = (await jwtPayload(token)) as { sid: string };
  const kid = String(decodeProtectedHeader(token).kid);
  const { privateKey, publicKey } = await generateKeyPair("EdDSA", { extractable: true });
  const forge = (header: object, claims: object = {}) =>
    new SignJWT({ iss: ORIGIN, aud: `${ORIGIN}/api/v1`, sub: id, sid: real.sid, ...claims })
      .setProtectedHeader({ alg: "EdDSA", ...header })
      .setIssuedAt()
      .setExpirationTime("1h")
      .sign(privateKey);
  assert.equal(await ask(await forge({ kid })), null, "our key id, another key");
  assert.equal(await ask(await forge({ kid: "unknown" })), null, "an unknown key id");
  assert.equal(await ask(await forge({ jwk: await exportJWK(publicKey) })), null, "a key it brings itself");
  const parts = token.split(".");
  const none = Buffer.from(JSON.stringify({ alg: "none", kid })).toString("base64url");
  assert.equal(await ask(`${none}.${parts[1]}.`), null, "no signature");
  const symmetric = await new SignJWT({ iss: ORIGIN, aud: `${ORIGIN}/api/v1`, sub: id, sid: real.sid })
    .setProtectedHeader({ alg: "HS256", kid })
    .setIssuedAt()
    .setExpirationTime("1h")
    .sign(Buffer.from(it.secret));
  assert.equal(await ask(symmetric), null, "our secret used as a signing key");
  const claims = Buffer.from(JSON.stringify({ ...real, sub: "00000000-0000-4000-8000-000000000000" })).toString(
    "base64url",
  );
  assert.equal(await ask(`${parts[0]}.${claims}.${parts[2]}`), null, "another subject");
});

for (const [what, baseUrl] of [["issuer and audience", "http://127.0.0.1:3999"]] as const) {
  test(`a token of an installation with another ${what} on the same database is refused`, async () => {
    const { token } = await withToken();
    const other = await it.again({ baseUrl });
    const request = new Request(baseUrl, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(await other.jwtAuthenticator.authenticate(request, io(it.now)), null);
  });
}

test("a signing key made after the set was read is found", async () => {
  const first = await withToken();
  await ask(first.token);
  await it.database.pools.admin.query("delete from auth.jwks");
  it.passes(6);
  const second = await withToken();
  assert.notEqual(decodeProtectedHeader(second.token).kid, decodeProtectedHeader(first.token).kid);
  assert.notEqual(await ask(second.token), null);
  assert.equal(await ask(first.token), null, "a key taken away signs no more");
});

test("without the database a token is neither taken nor called wrong", async () => {
  const { token } = await withToken();
  const broken = await it.again({ memberships: async () => Promise.reject(new Error("down")) });
  const request = new Request(ORIGIN, { headers: { authorization: `Bearer ${token}` } });
  await assert.rejects(broken.jwtAuthenticator.authenticate(request, io(it.now)), /down/);
});

async function jwtPayload(token: string): Promise<unknown> {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
}
