import assert from "node:assert/strict";
import { test } from "node:test";
import type { Provider } from "@meterr/module-provider-secrets";
import { destinationPolicy } from "../src/destination-policy.ts";

const OWN: readonly [Provider, string][] = [
  ["openai", "https://api.openai.com/v1"],
  ["anthropic", "https://api.anthropic.com"],
  ["google", "https://generativelanguage.googleapis.com"],
];
const ALLOWED = "https://llm.example.test:8443";
const policy = destinationPolicy(true, [`${ALLOWED}/v1`]);

for (const [provider, own] of OWN) {
  test(`${provider}: without a wish the secret is sealed for the provider's own address`, () => {
    assert.equal(policy.destinationFor(provider, null, false), own);
  });

  test(`${provider}: the provider's own origin may be named, in its one canonical form`, () => {
    const { origin } = new URL(own);
    assert.equal(policy.destinationFor(provider, `${origin}/v1/`, false), `${origin}/v1`);
    assert.equal(policy.destinationFor(provider, origin.toUpperCase().replace("HTTPS", "https"), false), origin);
    assert.equal(policy.destinationFor(provider, `${origin}:443/v1`, false), `${origin}/v1`);
    assert.equal(policy.destinationFor(provider, `${origin}/a/../v1`, false), `${origin}/v1`);
  });

  test(`${provider}: the sandbox is sealed for by name, where there is one, and with no address beside it`, () => {
    assert.equal(policy.destinationFor(provider, null, true), `sandbox:${provider}`);
    assert.equal(policy.destinationFor(provider, own, true), null);
    assert.equal(policy.destinationFor(provider, "http://127.0.0.1:4010", true), null);
    assert.equal(destinationPolicy(false, []).destinationFor(provider, null, true), null);
  });

  test(`${provider}: another provider's own address is no destination of its secrets`, () => {
    for (const [other, address] of OWN) {
      if (other !== provider) assert.equal(policy.destinationFor(provider, address, false), null);
    }
  });
}

test("an origin the operator allowed is a destination, whatever its path", () => {
  assert.equal(policy.destinationFor("openai", `${ALLOWED}/v1`, false), `${ALLOWED}/v1`);
  assert.equal(policy.destinationFor("anthropic", `${ALLOWED}/other/`, false), `${ALLOWED}/other`);
});

const REFUSED: readonly (readonly [string, string])[] = [
  ["another port", "https://llm.example.test/v1"],
  ["another scheme", "http://llm.example.test:8443/v1"],
  ["a host that begins alike", "https://llm.example.test.evil.example:8443/v1"],
  ["a host below", "https://a.llm.example.test:8443/v1"],
  ["a host with a final dot", "https://llm.example.test.:8443/v1"],
  ["the provider without TLS", "http://api.openai.com/v1"],
  ["a host that ends alike", "https://evil-api.openai.com/v1"],
  ["a user name", `https://api.openai.com@evil.example/v1`],
  ["a user name before the right host", "https://someone@api.openai.com/v1"],
  ["a password", "https://a:b@api.openai.com/v1"],
  ["a query", "https://api.openai.com/v1?to=evil"],
  ["a fragment", "https://api.openai.com/v1#x"],
  ["a loopback address", "http://127.0.0.1:4010/openai/v1"],
  ["a metadata address", "http://169.254.169.254/latest"],
  ["a file", "file:///etc/passwd"],
  ["the sandbox by its inner name", "sandbox:openai"],
  ["no address at all", "api.openai.com"],
  ["nothing", ""],
];
for (const [what, requested] of REFUSED) {
  test(`refused as a destination: ${what}`, () => {
    assert.equal(policy.destinationFor("openai", requested, false), null);
  });
}
