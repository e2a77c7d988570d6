import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Stripe } from "stripe";
import {
  githubSecretScanning,
  githubWebhook,
  standardWebhook,
  stripeWebhook,
  type WebhookAuthenticator,
} from "../src/webhooks/index.ts";
import { signatureFromDer } from "../src/webhooks/github/ecdsa-signature.ts";
import { isHmacSha256 } from "../src/webhooks/verify/hmac-sha256.ts";
import { NOW, NOW_SECONDS, newSecret } from "./webhook-route.ts";

/** True when the delivery verifies; the body need not be JSON, which is asked for only afterwards. */
async function verifies(
  auth: WebhookAuthenticator,
  body: string,
  headers: Record<string, string>,
  now = NOW,
): Promise<boolean> {
  const request = new Request("https://site.test/", { method: "POST", headers });
  const bytes = new TextEncoder().encode(body);
  const io = { rawBody: async () => bytes, now: () => now, signal: request.signal };
  try {
    return (await auth.authenticate(request, io)) !== null;
  } catch (error) {
    if (error instanceof Error && (error.message === "malformed_json" || error.message === "invalid_input"))
      return true;
    throw error;
  }
}

// https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation
test("GitHub's documented HMAC example verifies, and no other body does", async () => {
  const secret = "It's a Secret to Everybody";
  const headers = {
    "x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    "x-github-delivery": crypto.randomUUID(),
  };
  for (const auth of [githubWebhook({ secret }), githubWebhook({ secret: [newSecret(), secret] })]) {
    assert.equal(await verifies(auth, "Hello, World!", headers), true);
    assert.equal(await verifies(auth, "Hello, World", headers), false);
  }
  assert.equal(await verifies(githubWebhook({ secret: newSecret() }), "Hello, World!", headers), false);
});

// The reference libraries' own vector (standard-webhooks/libraries: "sign function works").
test("Standard Webhooks' reference vector verifies at its time", async () => {
  const secret = ["whsec", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"].join("_");
  const headers = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  };
  const body = '{"test": 2432232314}';
  const then = new Date(1_614_265_330_000);
  assert.equal(await verifies(standardWebhook({ secret }), body, headers, then), true);
  assert.equal(await verifies(standardWebhook({ secret }), body, headers), false);
  assert.equal(await verifies(standardWebhook({ secret }), '{"test":2432232314}', headers, then), false);
});

test("what Stripe's generateTestHeaderString makes verifies, and its library's open doors are closed", async () => {
  const secret = `whsec_${newSecret()}`;
  const payload = JSON.stringify({ id: "evt_test_webhook", object: "event" });
  const auth = stripeWebhook({ secret });
  const header = (timestamp: number, more: { scheme?: string } = {}) =>
    Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp, ...more });
  assert.equal(await verifies(auth, payload, { "stripe-signature": header(NOW_SECONDS) }), true);
  assert.equal(await verifies(auth, payload, { "stripe-signature": header(NOW_SECONDS, { scheme: "v0" }) }), false);
  const ahead = header(NOW_SECONDS + 10 * 365 * 86_400);
  // The control: the library alone takes it.
  assert.ok(Stripe.webhooks.constructEvent(payload, ahead, secret, undefined, undefined, NOW.getTime()));
  assert.equal(await verifies(auth, payload, { "stripe-signature": ahead }), false);
});

// https://docs.github.com/en/code-security/secret-scanning/secret-scanning-partner-program#implement-signature-verification-in-your-secret-alert-service
const EXAMPLE = {
  identifier: "f9525bf080f75b3506ca1ead061add62b8633a346606dc5fe544e29231c6ee0d",
  signature: "MEUCIFLZzeK++IhS+y276SRk2Pe5LfDrfvTXu6iwKKcFGCrvAiEAhHN2kDOhy2I6eGkOFmxNkOJ+L2y8oQ9A2T9GGJo6WJY=",
  key: [
    "-----BEGIN PUBLIC KEY-----",
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEsz9ugWDj5jK5ELBK42ynytbo38gP",
    "HzZFI03Exwz8Lh/tCfL3YxwMdLjB+bMznsanlhK0RwcGP3IDb34kQDIo3Q==",
    "-----END PUBLIC KEY-----",
    "",
  ].join("\n"),
  body: '[{"token":"some_token","type":"some_type","url":"some_url","source":"some_source"}]',
};

const listing =
  (key: string, identifier = EXAMPLE.identifier): typeof fetch =>
  async () =>
    Response.json({ public_keys: [{ key_identifier: identifier, key, is_current: true }] });

const alert = (signature: string, identifier = EXAMPLE.identifier): Record<string, string> => ({
  "github-public-key-identifier": identifier,
  "github-public-key-signature": signature,
});

test("GitHub's documented secret scanning example verifies, and no change of it does", async () => {
  const auth = githubSecretScanning({ fetch: listing(EXAMPLE.key) });
  assert.equal(await verifies(auth, EXAMPLE.body, alert(EXAMPLE.signature)), true);
  assert.equal(await verifies(auth, `${EXAMPLE.body}\n`, alert(EXAMPLE.signature)), false);
  assert.equal(await verifies(auth, EXAMPLE.body, alert(EXAMPLE.signature.replace("MEUC", "MEUB"))), false);
  assert.equal(await verifies(auth, EXAMPLE.body, alert(EXAMPLE.signature, "0".repeat(64))), false);
});

interface Suite<Test> {
  readonly testGroups: readonly (Record<string, unknown> & { readonly tests: readonly Test[] })[];
}

function wycheproof<Test>(file: string): Suite<Test> | null {
  const folder = process.env["METERR_JUDGE_DATA"];
  const path = `${folder ?? ""}/wycheproof/${file}`;
  return folder === undefined || !existsSync(path) ? null : (JSON.parse(readFileSync(path, "utf8")) as Suite<Test>);
}

const hex = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, "hex"));

test("Wycheproof's HMAC-SHA-256 vectors are judged as they say; a truncated tag is none", (context) => {
  const suite = wycheproof<{ key: string; msg: string; tag: string; result: string }>("hmac_sha256_test.json");
  if (suite === null) return context.skip("SKIPPED: METERR_JUDGE_DATA names no folder with Wycheproof's vectors");
  const all = suite.testGroups.flatMap((group) => group.tests.map((vector) => ({ ...vector, size: group["tagSize"] })));
  assert.ok(all.length > 150);
  return Promise.all(
    all.map(async ({ key, msg, tag, result, size }) => {
      const expected = result === "valid" && size === 256;
      assert.equal(await isHmacSha256(hex(key), hex(msg), hex(tag)), expected, JSON.stringify({ key, msg, tag }));
    }),
  ).then(() => undefined);
});

/** Any two numbers as DER has them, whatever their size. */
function derOf(raw: Uint8Array): Uint8Array {
  const half = raw.byteLength / 2;
  const integer = (bytes: Uint8Array): Uint8Array => {
    let at = 0;
    while (at < bytes.byteLength - 1 && bytes[at] === 0) at++;
    const digits = bytes.subarray(at);
    const signed = (digits[0] ?? 0) > 0x7f ? Uint8Array.of(0, ...digits) : digits;
    return Uint8Array.of(2, signed.byteLength, ...signed);
  };
  const content = Uint8Array.of(...integer(raw.subarray(0, half)), ...integer(raw.subarray(half)));
  return Uint8Array.of(0x30, content.byteLength, ...content);
}

test("Wycheproof's ES256 vectors pass githubSecretScanning as they say", async (context) => {
  const suite = wycheproof<{ jws: string; result: string; comment: string }>("json_web_signature_test.json");
  if (suite === null) return context.skip("SKIPPED: METERR_JUDGE_DATA names no folder with Wycheproof's vectors");
  const judged = { valid: 0, invalid: 0 };
  for (const group of suite.testGroups) {
    const jwk = group["public"] as { kty?: string; crv?: string; alg?: string } | undefined;
    if (jwk?.crv !== "P-256" || jwk.alg !== "ES256") continue;
    const key = createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "pem" });
    const auth = githubSecretScanning({ fetch: listing(key) });
    for (const { jws, result, comment } of group.tests) {
      const [header, payload, signature, more] = jws.split(".");
      // Half a JWS is a matter for a JWS parser.
      if (header === "" || payload === "" || !signature || more !== undefined) continue;
      if (comment === "rejectsAttackerProvidedEmbeddedJwk" || comment.startsWith("rejectsSymmetry")) continue;
      // Too long only in the fixed length of JWS: as DER it is the sound signature again.
      if (comment === "SignatureTooLong") continue;
      const raw = Buffer.from(signature, "base64url");
      if (raw.byteLength % 2 === 1 || raw.byteLength > 200) continue;
      const encoded = Buffer.from(derOf(raw)).toString("base64");
      const verified = await verifies(auth, `${header}.${payload}`, alert(encoded));
      assert.equal(verified, result === "valid", comment);
      judged[result === "valid" ? "valid" : "invalid"]++;
    }
  }
  assert.ok(judged.valid >= 2 && judged.invalid >= 15, JSON.stringify(judged));
});

test("an ECDSA signature has one encoding", () => {
  const sound = Uint8Array.from(Buffer.from(EXAMPLE.signature, "base64"));
  assert.equal(signatureFromDer(sound)?.byteLength, 64);
  const r = [...sound.subarray(4, 36)];
  const s = [...sound.subarray(38)];
  const frame = (...content: readonly number[]): Uint8Array => Uint8Array.of(0x30, content.length, ...content);
  assert.deepEqual(frame(2, 32, ...r, 2, 33, ...s), sound);
  const small = frame(2, 1, 1, 2, 1, 2);
  assert.deepEqual([signatureFromDer(small)?.[31], signatureFromDer(small)?.[63]], [1, 2]);
  for (const [what, bad] of Object.entries({
    empty: new Uint8Array(0),
    "an empty sequence": frame(),
    "no sequence": Uint8Array.of(0x31, ...sound.subarray(1)),
    "something behind": Uint8Array.of(...sound, 0),
    "something behind, inside": frame(2, 32, ...r, 2, 33, ...s, 0),
    "a long form of the length": Uint8Array.of(0x30, 0x81, ...sound.subarray(1)),
    "an indefinite length": Uint8Array.of(0x30, 0x80, ...sound.subarray(2), 0, 0),
    "one number": frame(2, 32, ...r),
    "three numbers": frame(2, 1, 1, 2, 1, 2, 2, 1, 3),
    "no integer": frame(4, 32, ...r, 2, 33, ...s),
    "a needless zero": frame(2, 33, 0, ...r, 2, 33, ...s),
    "a negative number": frame(2, 32, ...r, 2, 32, ...s.slice(1)),
    zero: frame(2, 1, 0, 2, 1, 1),
    "an empty number": frame(2, 0, 2, 33, ...s),
    "a number of 257 bits": frame(2, 33, 1, ...r, 2, 33, ...s),
    "a length beyond the end": frame(2, 32, ...r, 2, 34, ...s),
    "cut off": sound.subarray(0, -1),
  })) {
    assert.equal(signatureFromDer(bad), null, what);
  }
});
