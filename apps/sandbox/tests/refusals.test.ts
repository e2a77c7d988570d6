import assert from "node:assert/strict";
import { test } from "node:test";
import { INVALID_CREDENTIAL_PREFIXES } from "../src/index.ts";
import { MAX_BODY_BYTES } from "../src/read-body.ts";
import { credential, rawChat, running } from "./running.ts";

const BODIES = {
  openai: {
    path: "/openai/v1/chat/completions",
    header: "authorization",
    body: { model: "gpt-4o", messages: [{ role: "user", content: "hi" }] },
  },
  anthropic: {
    path: "/anthropic/v1/messages",
    header: "x-api-key",
    body: { model: "claude-opus-4-6", max_tokens: 5, messages: [{ role: "user", content: "hi" }] },
  },
  google: {
    path: "/google/v1beta/models/gemini-2.5-pro:generateContent",
    header: "x-goog-api-key",
    body: { contents: [{ parts: [{ text: "hi" }] }] },
  },
};

for (const [provider, { path, header, body }] of Object.entries(BODIES)) {
  const headers = (value: string | null): Record<string, string> => {
    const own = provider === "anthropic" ? { "anthropic-version": "2023-06-01" } : {};
    return value === null ? own : { ...own, [header]: header === "authorization" ? `Bearer ${value}` : value };
  };
  const post = (origin: string, target: string, value: string | null, text = JSON.stringify(body)) =>
    fetch(origin + target, { method: "POST", headers: headers(value), body: text });
  const get = (origin: string, target: string) => fetch(origin + target, { headers: headers(credential()) });

  test(`${provider}: a call without a credential is 401, also with one in the query`, async (t) => {
    const sandbox = await running(t);
    const { origin } = sandbox;
    assert.equal((await post(origin, path, null)).status, 401);
    assert.equal((await post(origin, `${path}?key=${credential()}`, null)).status, 401);
    assert.deepEqual(
      sandbox.calls().map((call) => [call.provider, call.credential_sha256, call.status]),
      [
        [provider, null, 401],
        [provider, null, 401],
      ],
    );
  });

  test(`${provider}: every invalid prefix is refused and any other credential accepted`, async (t) => {
    const { origin } = await running(t);
    for (const prefix of INVALID_CREDENTIAL_PREFIXES) {
      assert.equal((await post(origin, path, credential(prefix))).status, provider === "google" ? 400 : 401);
    }
    assert.equal((await post(origin, path, credential())).status, 200);
  });

  test(`${provider}: the route is told by its shape when there is no prefix`, async (t) => {
    const sandbox = await running(t);
    const { origin } = sandbox;
    assert.equal((await post(origin, path.slice(provider.length + 1), credential())).status, 200);
    assert.equal((await get(origin, "/v1/models")).status, 200);
    assert.deepEqual(
      sandbox.calls().map((call) => call.provider),
      [provider, provider],
    );
  });

  test(`${provider}: bad bodies, paths and methods are refused in its own shape`, async (t) => {
    const { origin } = await running(t);
    const value = credential();
    const cases: [Promise<Response>, number][] = [
      [post(origin, path, value, "{"), 400],
      [post(origin, path, value, "[]"), 400],
      [post(origin, path, value, "{}"), 400],
      [post(origin, `/${provider}/v1/nowhere`, value), 404],
      [get(origin, path), 405],
    ];
    for (const [answer, status] of cases) {
      const response = await answer;
      assert.equal(response.status, status);
      assert.equal(response.headers.get("x-sandbox"), "simulated");
      assert.equal(typeof ((await response.json()) as { error: { message: string } }).error.message, "string");
    }
  });
}

test("a body beyond the limit is 413 and the connection still answers", async (t) => {
  const sandbox = await running(t);
  const response = await rawChat(sandbox, "x".repeat(MAX_BODY_BYTES));
  assert.equal(response.status, 413);
});
