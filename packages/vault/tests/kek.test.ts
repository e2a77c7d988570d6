import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { inspect } from "node:util";
import { createCanary, createKek, parseKek, Secret, verifyCanary } from "../src/index.ts";
import { freshKek } from "./fixtures.ts";

const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");
const half = randomBytes(16);

const REFUSED: Record<string, string> = {
  "all zero": encode(new Uint8Array(32)),
  "all alike": encode(new Uint8Array(32).fill(0xa5)),
  "counting up": encode(Uint8Array.from({ length: 32 }, (_, at) => at)),
  "counting down by three": encode(Uint8Array.from({ length: 32 }, (_, at) => (200 - 3 * at) & 0xff)),
  "sixteen bytes twice": encode(Buffer.concat([half, half])),
  "a few values only": encode(Uint8Array.from({ length: 32 }, (_, at) => (at * at * 31) % 7)),
  "a sentence": encode(Buffer.from("correct horse battery staple, ok")),
  "too short": encode(randomBytes(31)),
  "too long": encode(randomBytes(33)),
  "ordinary base64": Buffer.from(Buffer.concat([Buffer.from([0xfb, 0xff]), randomBytes(30)])).toString("base64"),
  padded: `${encode(randomBytes(32))}=`,
  hexadecimal: randomBytes(32).toString("hex"),
  "of two lines": `${encode(randomBytes(32))}\n\n`,
  "no encoding at all": "meterr",
};

for (const [what, text] of Object.entries(REFUSED)) {
  test(`a KEK that is ${what} is refused without being repeated`, () => {
    assert.throws(
      () => parseKek(new Secret(text)),
      (error: Error) => {
        assert.ok(!inspect(error).includes(text));
        return Reflect.get(error, "code") === "kek_invalid";
      },
    );
  });
}

test("a created KEK parses, also with the line break a file ends with", () => {
  const text = createKek();
  assert.match(text.reveal(), /^[\w-]{43}$/);
  assert.equal(parseKek(text).id, parseKek(new Secret(`${text.reveal()}\n`)).id);
});

test("two KEKs have different ids, and an id shows nothing of its KEK", () => {
  const text = createKek();
  const { id } = parseKek(text);
  assert.notEqual(id, freshKek().id);
  assert.match(id, /^[0-9a-f]{16}$/);
  assert.ok(!Buffer.from(text.reveal(), "base64url").toString("hex").includes(id));
});

test("a KEK cannot be cloned, printed or given as plain text", () => {
  const text = createKek();
  const kek = parseKek(text);
  assert.throws(() => structuredClone(kek), { name: "DataCloneError" });
  assert.ok(!`${JSON.stringify(kek)} ${inspect(kek, { showHidden: true, depth: null })}`.includes(text.reveal()));
  assert.throws(() => parseKek(text.reveal() as unknown as Secret), { code: "kek_invalid" });
});

test("the canary record opens under the KEK it was made with and no other", async () => {
  const kek = freshKek();
  const record = await createCanary(kek);
  await verifyCanary(kek, record);
  await assert.rejects(verifyCanary(freshKek(), record), { code: "kek_refused" });
});

test("a damaged or foreign canary record is refused like a wrong KEK", async () => {
  const kek = freshKek();
  const record = await createCanary(kek);
  const [header = "", ...rest] = record.split(".");
  const forged = Buffer.from(JSON.stringify({ alg: "dir", enc: "A256GCM", typ: "meterr-canary+jwe", kid: kek.id }));
  for (const bad of [
    "",
    record.slice(0, -2),
    `${record}.`,
    [forged.toString("base64url"), ...rest].join("."),
    header,
  ]) {
    await assert.rejects(verifyCanary(kek, bad), { code: "kek_refused" });
  }
});

test("what is no KEK opens nothing", async () => {
  const record = await createCanary(freshKek());
  await assert.rejects(verifyCanary({ id: "x" } as never, record), { code: "kek_invalid" });
});
