import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, sign as nodeSign, type KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { suite, test } from "node:test";
import { compactVerify, createLocalJWKSet, importJWK, SignJWT, type JWK } from "jose";
import { jwt } from "../src/index.ts";
import { codeOf, people, thing } from "./thing-route.ts";

const seconds = (): number => Math.floor(Date.now() / 1000);
const claims = (): Record<string, unknown> => ({
  iss: "https://id.test",
  aud: "meter",
  sub: "user-ann",
  exp: seconds() + 3600,
  iat: seconds(),
});
const part = (json: unknown): string => Buffer.from(JSON.stringify(json)).toString("base64url");

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const attacker = generateKeyPairSync("rsa", { modulusLength: 2048 });
const jwkOf = (key: KeyObject): JWK => key.export({ format: "jwk" });
const published: JWK = { ...jwkOf(rsa.publicKey), kid: "k1", alg: "RS256", use: "sig" };

const base = {
  issuer: "https://id.test",
  audience: "meter",
  memberships: async () => ({ label: "Ann", ...people.ann }),
};
const AUTHENTICATORS = {
  "a key set": jwt({ ...base, algorithms: ["RS256"], keys: createLocalJWKSet({ keys: [published] }) }),
  "one public key": jwt({ ...base, algorithms: ["RS256"], keys: published }),
};

const rs256 = (header: object, key: KeyObject, payload: object = claims()): string => {
  const input = `${part(header)}.${part(payload)}`;
  return `${input}.${nodeSign("sha256", Buffer.from(input), key).toString("base64url")}`;
};
const hs = (alg: string, secret: string | Buffer): string => {
  const input = `${part({ alg, kid: "k1" })}.${part(claims())}`;
  return `${input}.${createHmac(`sha${alg.slice(2)}`, secret)
    .update(input)
    .digest("base64url")}`;
};
const pem = rsa.publicKey.export({ type: "spki", format: "pem" });
const der = rsa.publicKey.export({ type: "spki", format: "der" });
const good = (): string => rs256({ alg: "RS256", kid: "k1" }, rsa.privateKey);
const unsigned = (alg: unknown): string => `${part({ alg, kid: "k1" })}.${part(claims())}.`;

/** Each is a token that some library, at some time, took for sound. */
const ATTACKS: readonly [string, () => string][] = [
  ["the public key in PEM as the secret of HS256", () => hs("HS256", pem)],
  ["the public key in PEM without its last line end as the secret", () => hs("HS256", pem.trimEnd())],
  ["the public key in DER as the secret of HS512", () => hs("HS512", der)],
  ["the modulus as the secret of HS384", () => hs("HS384", Buffer.from(published.n ?? "", "base64url"))],
  ["the JWK as the secret", () => hs("HS256", JSON.stringify(published))],
  ["an empty secret", () => hs("HS256", "")],
  ["alg none", () => unsigned("none")],
  ["alg None", () => unsigned("None")],
  ["alg NONE", () => unsigned("NONE")],
  ["alg nOnE with a signature", () => `${unsigned("nOnE")}${good().split(".")[2] ?? ""}`],
  ["an empty alg", () => unsigned("")],
  ["no alg", () => unsigned(undefined)],
  ["a list of algs", () => unsigned(["RS256", "none"])],
  ["a sound head and no signature", () => `${good().split(".").slice(0, 2).join(".")}.`],
  [
    "the signer's own key in the header",
    () => rs256({ alg: "RS256", kid: "k1", jwk: jwkOf(attacker.publicKey) }, attacker.privateKey),
  ],
  [
    "a key's address in the header",
    () => rs256({ alg: "RS256", kid: "k1", jku: "https://evil.test/jwks.json" }, attacker.privateKey),
  ],
  [
    "a certificate in the header",
    () => rs256({ alg: "RS256", kid: "k1", x5c: ["AA=="], x5u: "https://evil.test/c" }, attacker.privateKey),
  ],
  ["a kid that walks to a file", () => rs256({ alg: "RS256", kid: "../../dev/null" }, attacker.privateKey)],
  [
    "another RSA algorithm with the right key",
    () => {
      const input = `${part({ alg: "RS384", kid: "k1" })}.${part(claims())}`;
      return `${input}.${nodeSign("sha384", Buffer.from(input), rsa.privateKey).toString("base64url")}`;
    },
  ],
  ["an extension nobody here understands", () => rs256({ alg: "RS256", kid: "k1", crit: ["exp"] }, rsa.privateKey)],
  ["an unencoded payload", () => rs256({ alg: "RS256", kid: "k1", b64: false, crit: ["b64"] }, rsa.privateKey)],
  ["claims that are a list", () => rs256({ alg: "RS256", kid: "k1" }, rsa.privateKey, [claims()])],
  [
    "a subject that is no text",
    () => rs256({ alg: "RS256", kid: "k1" }, rsa.privateKey, { ...claims(), sub: { id: 1 } }),
  ],
  [
    "an expiry that is no number",
    () => rs256({ alg: "RS256", kid: "k1" }, rsa.privateKey, { ...claims(), exp: "2999-01-01" }),
  ],
  ["a signature with a line end in it", () => `${good()}%0A`],
  [
    "another spelling of a sound signature",
    () => {
      const token = good();
      const spare = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
      return token.slice(0, -1) + (spare[spare.indexOf(token.slice(-1)) + 1] ?? "");
    },
  ],
  ["a signature twice", () => `${good()}.${good().split(".")[2] ?? ""}`],
];

const send = (auth: (typeof AUTHENTICATORS)["a key set"], token: string): Promise<Response> =>
  thing({ auth }).send({ headers: { "x-test-credential": null, authorization: `Bearer ${token}` } });

for (const [kind, auth] of Object.entries(AUTHENTICATORS)) {
  suite(`verified by ${kind}`, () => {
    test("the sound token is taken", async () => assert.equal((await send(auth, good())).status, 201));
    for (const [what, token] of ATTACKS) {
      test(`${what} is refused`, async () =>
        assert.equal(await codeOf(await send(auth, token())), "401 credential_invalid"));
    }
  });
}

interface JwsGroup {
  readonly comment: string;
  readonly private?: JWK;
  readonly public?: JWK;
  readonly tests: readonly { tcId: number; comment: string; jws: string; result: "valid" | "invalid" }[];
}

/** Valid to a reader that is kinder than ours, each for the reason beside it; and an empty payload holds no claims. */
const STRICTER: ReadonlySet<number> = new Set([
  346, // the header names PS384 and the key PS256
  350, // the same
  347, // the key's algorithm is written ES521, which does not exist
  351, // the same
  372, // a question mark inside base64url
  373, // the same
]);

/** By the library and the options that `jwt` verifies with. */
function verifies(token: string, key: JWK, alg: string): Promise<boolean> {
  return importJWK(key, alg)
    .then((imported) => compactVerify(token, imported, { algorithms: [alg] }))
    .then(
      () => true,
      () => false,
    );
}

const folder = process.env["METERR_JUDGE_DATA"];
const skip =
  folder === undefined ? "SKIPPED: METERR_JUDGE_DATA is not set, so Wycheproof's JWS vectors were not checked" : false;

test("Wycheproof's JWS vectors are judged as they say, and none of them passes for a token", { skip }, async () => {
  const file = path.join(folder ?? "", "wycheproof/json_web_signature_test.json");
  const { testGroups } = JSON.parse(await readFile(file, "utf8")) as { testGroups: JwsGroup[] };
  let valid = 0;
  let invalid = 0;
  let controls = 0;
  for (const group of testGroups) {
    const key = group.public ?? group.private;
    assert.ok(key);
    const alg = key.alg ?? "";
    const auth = jwt({ ...base, algorithms: [alg], keys: key });
    const sound = new Set(group.tests.filter((one) => one.result === "valid").map(({ jws }) => jws));
    let usable = false;
    for (const { tcId, comment, jws, result } of group.tests) {
      // Two that are to be invalid lost what made them so when they were written down.
      if (result === "invalid" && sound.has(jws)) continue;
      const headers = { authorization: `Bearer ${jws}` };
      const judged: string =
        auth.presents(new Request("https://site.test/", { headers })) && (await verifies(jws, key, alg))
          ? "valid"
          : "invalid";
      assert.equal(
        judged,
        STRICTER.has(tcId) || comment === "emptyPayload" ? "invalid" : result,
        `${tcId} ${group.comment}: ${comment}`,
      );
      if (result === "valid") valid += 1;
      else invalid += 1;
      if (judged === "valid") usable = true;
      // What they sign is a word and no claims, so even the sound ones prove nobody; a broken key cannot tell.
      const { status } = await send(auth, jws);
      assert.ok(status === 401 || (status === 503 && !usable), `${tcId} answered ${status}`);
    }
    // The positive control: with the same key and algorithm, claims of ours do prove somebody.
    if (usable && group.private !== undefined) {
      const { key_ops: _ops, use: _use, ...signing } = group.private;
      const own = await new SignJWT(claims()).setProtectedHeader({ alg }).sign(await importJWK(signing, alg));
      assert.equal((await send(auth, own)).status, 201, group.comment);
      controls += 1;
    }
  }
  assert.ok(valid > 30 && invalid > 300 && controls > 5, `${valid} ${invalid} ${controls}`);
});
