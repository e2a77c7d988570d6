import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isPublicAddress } from "../src/is-public-address.ts";

const NOT_PUBLIC: Record<string, readonly string[]> = {
  "this host": ["0.0.0.0", "0.1.2.3", "::"],
  loopback: ["127.0.0.1", "127.255.255.254", "::1"],
  private: ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1"],
  "link-local": ["169.254.0.1", "fe80::1", "fe80::1%eth0", "febf::1"],
  "metadata service": ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"],
  "carrier-grade NAT": ["100.64.0.1", "100.127.255.255"],
  "unique local": ["fc00::1", "fdff::1"],
  "site-local": ["fec0::1"],
  multicast: ["224.0.0.1", "239.255.255.255", "ff02::1"],
  broadcast: ["255.255.255.255"],
  reserved: ["192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "240.0.0.1", "2001:db8::1", "3fff::1"],
  "IPv4-mapped": ["::ffff:10.0.0.1", "::ffff:8.8.8.8", "::ffff:0a00:0001", "0:0:0:0:0:ffff:7f00:1"],
  "IPv4-compatible": ["::127.0.0.1", "::8.8.8.8"],
  "IPv4-translated": ["::ffff:0:10.0.0.1"],
  NAT64: ["64:ff9b::10.0.0.1", "64:ff9b::8.8.8.8", "64:ff9b:1::1"],
  "6to4": ["2002:7f00:1::", "2002:808:808::"],
  Teredo: ["2001:0:4136:e378:8000:63bf:3fff:fdd2"],
  discard: ["100::1"],
  "segment routing": ["5f00::1"],
  "another spelling": ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "8.8", "134744072", "010.8.8.8", " 8.8.8.8"],
  "no address": ["", "localhost", "8.8.8.8.8", "8.8.8.256", "g::1", "[::1]", "8.8.8.8/32"],
};

for (const [kind, addresses] of Object.entries(NOT_PUBLIC)) {
  test(`${kind} addresses are not public`, () => {
    for (const address of addresses) assert.equal(isPublicAddress(address), false, address);
  });
}

test("public addresses are public", () => {
  for (const address of [
    "8.8.8.8",
    "1.1.1.1",
    "172.15.0.1",
    "172.32.0.1",
    "100.63.0.1",
    "2606:4700::1111",
    "2a00:1450:4001::1",
  ]) {
    assert.equal(isPublicAddress(address), true, address);
  }
});

test("no IPv6 form that carries an IPv4 address is public, whichever it carries", () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.constantFrom("::ffff:", "::", "64:ff9b::", "::ffff:0:"), (v4, prefix) => {
      assert.equal(isPublicAddress(`${prefix}${v4}`), false);
    }),
  );
});

test("no text makes the check throw", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), (text) => void isPublicAddress(text)));
});
