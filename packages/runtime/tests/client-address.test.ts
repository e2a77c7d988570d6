import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { trustedProxies } from "../src/index.ts";

const trusted = ["10.0.0.0/8", "192.0.2.7", "2001:db8:aaaa::/48"];

function address(peer: string | null, forwarded: string | null, proxies: readonly string[] = trusted): string {
  const headers = new Headers(forwarded === null ? {} : { "x-forwarded-for": forwarded });
  return trustedProxies({ trusted: proxies, peer: () => peer })(new Request("https://site.test/", { headers }));
}

const TABLE: readonly [string, string, string | null, string][] = [
  ["without a header the connection counts", "203.0.113.9", null, "203.0.113.9"],
  ["a header from an untrusted peer is ignored", "203.0.113.9", "198.51.100.1", "203.0.113.9"],
  ["one proxy", "10.0.0.1", "198.51.100.1", "198.51.100.1"],
  ["what the client wrote left of itself is ignored", "10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"],
  ["a chain of proxies", "10.0.0.1", "1.1.1.1, 198.51.100.1, 192.0.2.7, 10.9.9.9", "198.51.100.1"],
  ["a client that claims a proxy's address", "10.0.0.1", "10.0.0.2, 198.51.100.1", "198.51.100.1"],
  ["only proxies: the farthest", "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"],
  ["nonsense ends the walk at what is known", "10.0.0.1", "1.1.1.1, unknown, 10.0.0.2", "10.0.0.2"],
  ["an empty header", "10.0.0.1", "", "10.0.0.1"],
  ["octal is nonsense", "10.0.0.1", "010.1.1.1", "10.0.0.1"],
  ["a shortened address is nonsense", "10.0.0.1", "127.1", "10.0.0.1"],
  ["a port is left off", "10.0.0.1", "198.51.100.1:4711", "198.51.100.1"],
  ["IPv6 in brackets with a port", "2001:db8:aaaa::1", "[2001:db8:bbbb::1]:80", "2001:db8:bbbb::1"],
  ["IPv4 mapped into IPv6 is IPv4", "::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"],
  ["a zone is left off", "fe80::1%eth0", null, "fe80::1"],
];
for (const [what, peer, forwarded, expected] of TABLE) {
  test(`the client's address: ${what}`, () => assert.equal(address(peer, forwarded), expected));
}

test("without trusted proxies no header counts", () => {
  assert.equal(address("10.0.0.1", "198.51.100.1", []), "10.0.0.1");
});

test("whatever a client writes, it cannot be taken for another than the proxy saw", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.stringMatching(/^[ -~]{0,20}$/))), (written) => {
      assert.equal(address("10.0.0.1", [...written, "198.51.100.1"].join(", ")), "198.51.100.1");
    }),
  );
});

test("an unknown connection has no address", () => {
  assert.throws(() => address(null, "198.51.100.1"), TypeError);
});

for (const range of ["", "proxy.internal", "10.0.0.0/33", "10.0.0", "*"]) {
  test(`the trusted proxy ${JSON.stringify(range)} is refused at construction`, () => {
    assert.throws(() => trustedProxies({ trusted: [range], peer: () => null }), { code: "proxy_invalid" });
  });
}
