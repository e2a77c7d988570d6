import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { createToken, hashToken, parseToken, type TokenKind } from "../src/token-format.ts";

const KINDS: readonly TokenKind[] = ["live", "test", "api"];

/** CRC-32 bit by bit from its definition (reflected polynomial EDB88320), independent of zlib. */
function crc32(text: string): number {
  let crc = 0xffffffff;
  for (const byte of Buffer.from(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function decodeBase62(text: string): number {
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  return [...text].reduce((sum, character) => sum * 62 + alphabet.indexOf(character), 0);
}

test("the checksum reference agrees with the published check value of CRC-32", () => {
  assert.equal(crc32("123456789"), 0xcbf43926);
});

for (const kind of KINDS) {
  test(`a ${kind} token has its fixed form and parses back to its kind`, () => {
    const { token, hash, display } = createToken(kind);
    assert.match(token, new RegExp(`^mtr_${kind}_[0-9A-Za-z]{38}$`));
    assert.deepEqual(parseToken(token), { kind });
    assert.equal(display, token.slice(0, 12));
    assert.deepEqual(hash, createHash("sha256").update(token).digest());
    assert.deepEqual(hash, hashToken(token));
  });

  test(`the last six characters of a ${kind} token are the CRC-32 of what precedes them`, () => {
    const { token } = createToken(kind);
    assert.equal(decodeBase62(token.slice(-6)), crc32(token.slice(0, -6)));
  });
}

test("a token with any one character changed is turned away", () => {
  const { token } = createToken("live");
  for (let i = 0; i < token.length; i++) {
    const other = token.charAt(i) === "a" ? "b" : "a";
    assert.equal(parseToken(token.slice(0, i) + other + token.slice(i + 1)), null, `position ${i}`);
  }
});

test("anything that is not exactly a token is turned away", () => {
  const { token } = createToken("test");
  const malformed = ["", " ", token + "0", token.slice(1), ` ${token}`, `${token} `, `${token}\n`, token.slice(0, -1)];
  malformed.push(
    token.toUpperCase(),
    token.replace("_test_", "_live_"),
    token.replace("mtr", "sk"),
    `${token}${token}`,
  );
  for (const text of malformed) assert.equal(parseToken(text), null, JSON.stringify(text.slice(0, 5)));
});

test("no arbitrary text makes the parser throw or pass", () => {
  fc.assert(fc.property(fc.string({ maxLength: 80 }), (text) => parseToken(text) === null));
});

test("the random characters come from the passed source, bytes from 248 up being drawn again", () => {
  const draws = [Uint8Array.from([248, 255, ...Array<number>(30).fill(0)]), new Uint8Array(32).fill(247)];
  const { token } = createToken("api", () => draws.shift() ?? assert.fail("a third draw"));
  assert.equal(token.slice("mtr_api_".length, -6), "0".repeat(30) + "z".repeat(2));
});

test("every character is equally likely over all accepted bytes", () => {
  const counts = new Map<string, number>();
  for (let byte = 0; byte < 248; byte++) {
    const { token } = createToken("api", (size) => new Uint8Array(size).fill(byte));
    const character = token.charAt("mtr_api_".length);
    counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  assert.equal(counts.size, 62);
  assert.deepEqual(new Set(counts.values()), new Set([4]));
});
