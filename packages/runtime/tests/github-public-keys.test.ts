import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { GITHUB_KEYS_URL, githubSecretScanning } from "../src/webhooks/index.ts";
import { signatureFromDer } from "../src/webhooks/github/ecdsa-signature.ts";
import { NOW } from "./webhook-route.ts";

interface Pair {
  readonly identifier: string;
  readonly pem: string;
  readonly privateKey: KeyObject;
}

function pair(namedCurve = "P-256"): Pair {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve });
  const pem = publicKey.export({ type: "spki", format: "pem" });
  return { identifier: createHash("sha256").update(pem).digest("hex"), pem, privateKey };
}

const BODY = '[{"token":"t","type":"y","url":"u","source":"content"}]';
const MINUTE = 60_000;

/** GitHub's end, and a receiver with a clock that only the test moves. */
function world(answer: () => Response | Promise<Response>) {
  const asked: { url: string; init: RequestInit | undefined }[] = [];
  let at = NOW.getTime();
  const auth = githubSecretScanning({
    token: "a-token",
    fetch: (async (url: string, init?: RequestInit) => {
      asked.push({ url, init });
      return answer();
    }) as typeof fetch,
  });
  return {
    asked,
    pass: (ms: number) => void (at += ms),
    async send({ identifier, privateKey }: Pair, body = BODY): Promise<boolean> {
      const headers = {
        "github-public-key-identifier": identifier,
        "github-public-key-signature": sign("sha256", Buffer.from(body), privateKey).toString("base64"),
      };
      const request = new Request("https://site.test/", { method: "POST", headers });
      const bytes = new TextEncoder().encode(body);
      const io = { rawBody: async () => bytes, now: () => new Date(at), signal: request.signal };
      return (await auth.authenticate(request, io)) !== null;
    },
  };
}

const listOf = (...pairs: readonly Pair[]): Response =>
  Response.json({
    public_keys: pairs.map(({ identifier, pem }) => ({ key_identifier: identifier, key: pem, is_current: true })),
  });

test("GitHub's list is read once for many alerts, from GitHub alone, without following a redirect", async () => {
  const one = pair();
  const { send, asked } = world(() => listOf(one));
  const sent = await Promise.all([send(one), send(one), send(one)]);
  assert.deepEqual([...sent, await send(one)], [true, true, true, true]);
  assert.equal(asked.length, 1);
  assert.equal(asked[0]?.url, GITHUB_KEYS_URL);
  assert.equal(asked[0]?.init?.redirect, "error");
  assert.ok(asked[0]?.init?.signal);
  assert.equal(new Headers(asked[0]?.init?.headers).get("authorization"), "Bearer a-token");
});

test("a key GitHub turns to is found when its id is first seen, and one it takes back is forgotten within the hour", async () => {
  const [old, fresh] = [pair(), pair()];
  let list = [old];
  const { send, asked, pass } = world(() => listOf(...list));
  assert.equal(await send(old), true);
  list = [fresh];
  pass(2 * MINUTE);
  assert.equal(await send(fresh), true);
  assert.equal(asked.length, 2);
  assert.equal(await send(old), false);
  list = [old];
  pass(61 * MINUTE);
  assert.equal(await send(fresh), false);
});

test("ids nobody knows make GitHub be asked at most once a minute", async () => {
  const { send, asked, pass } = world(() => listOf(pair()));
  for (let alert = 0; alert < 20; alert++) assert.equal(await send(pair()), false);
  assert.equal(asked.length, 1);
  pass(MINUTE);
  await send(pair());
  assert.equal(asked.length, 2);
});

test("an id that is none asks nobody", async () => {
  const { send, asked } = world(() => listOf());
  for (const identifier of ["", "x", "0".repeat(63), "../keys", "__proto__"]) {
    assert.equal(await send({ ...pair(), identifier }), false);
  }
  assert.equal(asked.length, 0);
});

test("a good list with a bad status, or behind more octets than are read, is none", async () => {
  const one = pair();
  const good = await listOf(one).text();
  for (const answer of [() => new Response(good, { status: 203 }), () => new Response(" ".repeat(70_000) + good)]) {
    await assert.rejects(world(answer).send(one), { code: "webhook_keys_unavailable" });
  }
  assert.equal(await world(() => new Response(good)).send(one), true);
});

const BAD: readonly [string, () => Response | Promise<Response>][] = [
  ["cannot be reached", () => Promise.reject(new TypeError("fetch failed"))],
  ["answers 403, its rate limit reached", () => new Response("{}", { status: 403 })],
  ["answers 500", () => new Response("{}", { status: 500 })],
  ["answers no JSON", () => new Response("<html>")],
  ["answers nothing", () => new Response(null)],
  ["lists nothing", () => Response.json({ public_keys: [] })],
  ["lists no keys", () => Response.json({ public_keys: [{ key: 1 }] })],
  ["lists a key of another kind", () => listOf(pair("P-384"))],
];
for (const [what, answer] of BAD) {
  test(`a GitHub that ${what} is "cannot tell": no alert passes, and none is called invalid`, async () => {
    let broken = true;
    const one = pair();
    const { send, asked, pass } = world(() => (broken ? answer() : listOf(one)));
    await assert.rejects(send(one));
    await assert.rejects(send(one));
    assert.equal(asked.length, 1, "not asked again at once");
    broken = false;
    pass(6_000);
    assert.equal(await send(one), true);
  });
}

test("a known key outlives an outage of a day, not longer", async () => {
  const one = pair();
  let broken = false;
  const { send, pass } = world(() => (broken ? new Response("", { status: 503 }) : listOf(one)));
  assert.equal(await send(one), true);
  broken = true;
  pass(23 * 60 * MINUTE);
  assert.equal(await send(one), true);
  pass(2 * 60 * MINUTE);
  await assert.rejects(send(one));
});

test("another key's signature under a listed id is refused", async () => {
  const [one, other] = [pair(), pair()];
  const { send } = world(() => listOf(one, other));
  assert.equal(await send({ ...one, privateKey: other.privateKey }), false);
  assert.equal(await send(one), true);
});

test("of all damaged signatures none is taken but in the only encoding of its numbers", async () => {
  const { privateKey } = pair();
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), fc.nat(80), fc.nat(255), async (message, at, value) => {
      const der = new Uint8Array(sign("sha256", message, privateKey));
      const whole = sign("sha256", message, { key: privateKey, dsaEncoding: "ieee-p1363" });
      assert.equal(signatureFromDer(der)?.byteLength, whole.byteLength);
      const damaged = Uint8Array.from(der);
      damaged[at % damaged.byteLength] = value;
      const raw = signatureFromDer(damaged);
      // Back to DER by the only way there is: it must be the very same octets.
      if (raw !== null) assert.deepEqual(reencoded(raw), damaged);
    }),
    { numRuns: 100 },
  );
});

function reencoded(raw: Uint8Array): Uint8Array {
  const integer = (bytes: Uint8Array): number[] => {
    const digits = [...bytes];
    while (digits.length > 1 && digits[0] === 0) digits.shift();
    if ((digits[0] ?? 0) > 0x7f) digits.unshift(0);
    return [2, digits.length, ...digits];
  };
  const content = [...integer(raw.subarray(0, 32)), ...integer(raw.subarray(32))];
  return Uint8Array.of(0x30, content.length, ...content);
}
