import assert from "node:assert/strict";
import { test } from "node:test";
import { matchEndpoint } from "../src/index.ts";

test("the endpoints of the closed table are known, with the model the path names", () => {
  assert.deepEqual(matchEndpoint("openai", "POST", "/chat/completions"), {
    endpoint: "chat.completions",
    model: null,
    metered: true,
  });
  assert.deepEqual(matchEndpoint("openai", "GET", "/models/gpt-4o"), {
    endpoint: "models",
    model: null,
    metered: false,
  });
  assert.deepEqual(matchEndpoint("anthropic", "POST", "/v1/messages/count_tokens"), {
    endpoint: "count_tokens",
    model: null,
    metered: false,
  });
  assert.deepEqual(matchEndpoint("google", "POST", "/v1beta/models/gemini-2.5-flash:streamGenerateContent"), {
    endpoint: "streamGenerateContent",
    model: "gemini-2.5-flash",
    metered: true,
  });
});

test("every other path and method is none", () => {
  const paths: [Parameters<typeof matchEndpoint>[0], string, string][] = [
    ["openai", "GET", "/chat/completions"],
    ["openai", "POST", "/chat/completions/"],
    ["openai", "POST", "/images/generations"],
    ["openai", "POST", "/batches"],
    ["anthropic", "POST", "/v1/messages/batches"],
    ["google", "POST", "/v1beta/models/a/../b:generateContent"],
    ["google", "POST", "/v1beta/models/a%2fb:generateContent"],
    ["google", "POST", "/v1beta/tunedModels/x:generateContent"],
    ["google", "POST", "/v1beta/models/x:batchGenerateContent"],
  ];
  for (const [provider, method, path] of paths) assert.equal(matchEndpoint(provider, method, path), null, path);
});
