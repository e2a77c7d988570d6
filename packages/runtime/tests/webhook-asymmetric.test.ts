import assert from "node:assert/strict";
import { generateKeyPairSync, randomBytes, randomUUID, sign, type KeyObject } from "node:crypto";
import { test } from "node:test";
import { spoilDelivery, SPOILT_DELIVERIES } from "../src/testing/index.ts";
import { standardWebhook, type SecretSource } from "../src/webhooks/index.ts";
import { isSmallOrder } from "../src/webhooks/verify/ed25519.ts";
import { codeOf } from "./thing-route.ts";
import { ACCOUNT, hook, newWhsec, NOW, NOW_SECONDS, tenantOf } from "./webhook-route.ts";

// Standard Webhooks `v1a`: signed here by node:crypto, never by the code under test.

interface Pair {
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

function newPair(): Pair {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const spki = publicKey.export({ type: "spki", format: "der" });
  return { publicKey: `whpk_${spki.subarray(-32).toString("base64")}`, privateKey };
}

const signatureOf = ({ privateKey }: Pair, id: string, time: string, body: string): string =>
  `v1a,${sign(null, Buffer.from(`${id}.${time}.${body}`), privateKey).toString("base64")}`;

const BODY = `{"type":"a.b","account":"${ACCOUNT}"}`;
const authOf = (publicKey: SecretSource) => standardWebhook({ publicKey, tenantOf, account: () => ACCOUNT });

function signed(pairs: readonly Pair[], change: { id?: string; time?: string; body?: string } = {}) {
  const { id = randomUUID(), time = String(NOW_SECONDS), body = BODY } = change;
  const signature = pairs.map((pair) => signatureOf(pair, id, time, body)).join(" ");
  return { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": signature };
}

// Published by Svix, who wrote the specification (svix-server: test_asymmetric_key_signing); its signature is the
// specification's own example of a header.
test("the published vector verifies at its time, and nothing else of it does", async () => {
  const publicKey = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";
  const body = '{"test": 2432232314}';
  const headers = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==",
  };
  const verifies = async (change: Record<string, string> = {}, text = body, now = new Date(1_614_265_330_000)) => {
    const request = new Request("https://site.test/", { method: "POST", headers: { ...headers, ...change } });
    const io = { rawBody: async () => new TextEncoder().encode(text), now: () => now, signal: request.signal };
    return (await standardWebhook({ publicKey }).authenticate(request, io)) !== null;
  };
  assert.equal(await verifies(), true);
  assert.equal(await verifies({}, '{"test":2432232314}'), false);
  assert.equal(await verifies({ "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJel" }), false);
  assert.equal(await verifies({ "webhook-timestamp": "1614265331" }), false);
  assert.equal(await verifies({}, body, NOW), false);
});

test("public keys are rotated: either signature will do for either key, and none of a key that is gone", async () => {
  const [old, next, gone] = [newPair(), newPair(), newPair()];
  const accepts = async (known: SecretSource, by: readonly Pair[]): Promise<boolean> =>
    (await hook(authOf(known)).post(BODY, signed(by))).status === 200;
  const both = [old.publicKey, next.publicKey];
  for (const by of [[old], [next], [old, next], [gone, next]]) assert.equal(await accepts(both, by), true);
  assert.equal(await accepts(old.publicKey, [next, old]), true);
  assert.equal(await accepts(both, [gone]), false);
  assert.equal(await accepts(next.publicKey, [old]), false);
  // Read anew at each delivery.
  let current = old.publicKey;
  const { post } = hook(authOf(() => current));
  assert.equal((await post(BODY, signed([old]))).status, 200);
  current = next.publicKey;
  assert.equal((await post(BODY, signed([old]))).status, 401);
});

test("a sender that goes from v1 to v1a is taken under both, and neither stands in for the other", async () => {
  const [pair, secret] = [newPair(), newWhsec()];
  const both = hook(standardWebhook({ secret, publicKey: pair.publicKey, tenantOf, account: () => ACCOUNT }));
  const headers = signed([pair]);
  assert.equal((await both.post(BODY, headers)).status, 200);
  const asV1 = { ...headers, "webhook-signature": headers["webhook-signature"].replace("v1a,", "v1,") };
  assert.equal((await both.post(BODY, { ...asV1, "webhook-id": randomUUID() })).status, 401);
  // A public key is public: as a secret of the other scheme it would let anybody in.
  for (const unfit of [pair.publicKey, pair.publicKey.replace("whpk_", "")]) {
    assert.throws(() => standardWebhook({ secret: unfit }), { code: "webhook_secret_invalid" });
  }
  const onlySecret = hook(standardWebhook({ secret, tenantOf, account: () => ACCOUNT }));
  assert.equal((await onlySecret.post(BODY, signed([pair]))).status, 401);
});

test("what was changed on its way, is old, or comes again has no effect", async () => {
  const pair = newPair();
  const { post, reached, requestOf, route } = hook(authOf(pair.publicKey));
  for (const how of SPOILT_DELIVERIES) {
    const spoilt = await spoilDelivery(requestOf(BODY, signed([pair])), how, "webhook-signature");
    assert.match(await codeOf(await route(spoilt)), /^401 credential_/, how);
  }
  for (const time of [NOW_SECONDS - 301, NOW_SECONDS + 302]) {
    assert.equal((await post(BODY, signed([pair], { time: String(time) }))).status, 401);
  }
  for (const id of ["a.b", "", "x".repeat(256)]) assert.equal((await post(BODY, signed([pair], { id }))).status, 401);
  assert.equal(reached.length, 0);
  const headers = signed([pair]);
  const answers = [await post(BODY, headers), await post(BODY, headers)];
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200],
  );
  assert.equal(reached.length, 1);
});

test("a signature that is malformed, of another length or one of too many is refused", async () => {
  const pair = newPair();
  const { post } = hook(authOf(pair.publicKey));
  const headers = signed([pair]);
  const good = headers["webhook-signature"];
  const base64 = good.slice(4);
  const bytes = Buffer.from(base64, "base64");
  const other = (text: string): string => `v1a,${text}`;
  for (const signature of [
    other(""),
    other(base64.replace(/==$/, "")),
    other(base64.replace(/.==$/, (end) => `${end === "A==" ? "Q" : "B"}==`)),
    other(bytes.toString("hex")),
    other(`${bytes.toString("base64url")}==`).replace("v1a,", "v1a,-"),
    other(bytes.subarray(0, 63).toString("base64")),
    other(Buffer.concat([bytes, Buffer.alloc(1)]).toString("base64")),
    other(Buffer.alloc(64).toString("base64")),
    good.replace("v1a", "V1a"),
    good.replace("v1a", "v1b"),
    good.replace(",", ", "),
    `${`${other(randomBytes(64).toString("base64"))} `.repeat(4)}${good}`,
  ]) {
    const answer = await post(BODY, { ...headers, "webhook-signature": signature });
    assert.equal(answer.status, 401, signature);
  }
  assert.equal((await post(BODY, { ...headers, "webhook-signature": `v1a,x v1,y ${good}` })).status, 200);
});

test("a public key that is none, is a secret, or binds nobody is refused when built and at each call", async () => {
  const raw = (octets: Uint8Array): string => `whpk_${Buffer.from(octets).toString("base64")}`;
  const good = newPair().publicKey;
  const order2 = new Uint8Array(32).fill(0xff);
  order2[0] = 0xec;
  for (const [what, unfit] of [
    ["unset", undefined],
    ["empty", ""],
    ["without its prefix", good.slice(5)],
    ["a whsec_", newWhsec()],
    ["too short", raw(randomBytes(31))],
    ["too long", raw(randomBytes(33))],
    ["not canonical", good.replace(/.=$/, "B=")],
    ["none of a list", []],
    ["unfit beside a good one", [good, "whpk_"]],
    ["too many", Array.from({ length: 5 }, () => newPair().publicKey)],
    ["of zeros", raw(new Uint8Array(32))],
    ["of small order", raw(order2)],
  ] as const) {
    if (unfit !== undefined) {
      assert.throws(() => authOf(unfit), { code: "webhook_secret_invalid" }, what);
    }
    const { post, reached } = hook(authOf(() => unfit as string));
    assert.equal(await codeOf(await post(BODY, signed([newPair()]))), "503 identity_unavailable", what);
    assert.equal(reached.length, 0);
  }
  const own = `whsk_${randomBytes(64).toString("base64")}`;
  assert.throws(
    () => authOf(own),
    ({ message }: Error) => /sender's own secret/.test(message) && !message.includes(own.slice(5)),
  );
  assert.throws(() => standardWebhook({}), { code: "webhook_secret_invalid" });
});

test("a key of small order is known in every spelling, for Node 20 still verifies what anybody signs under one", () => {
  const neutral = new Uint8Array(32);
  neutral[0] = 1;
  assert.equal(isSmallOrder(neutral), true);
  neutral[31] = 0x80;
  assert.equal(isSmallOrder(neutral), true);
  assert.equal(isSmallOrder(Buffer.from(newPair().publicKey.slice(5), "base64")), false);
});
