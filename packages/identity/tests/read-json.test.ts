import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_BODY_BYTES, readJson } from "../src/http/read-json.ts";

function post(body: ReadableStream<Uint8Array>): Request {
  return new Request("http://127.0.0.1:3000/", { method: "POST", body, duplex: "half" });
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

test("a body that never ends is given up, and its source is told", async () => {
  const cancelled = Promise.withResolvers<void>();
  const trickle = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encode('{"email":')),
    cancel: () => cancelled.resolve(),
  });
  assert.deepEqual(await readJson(post(trickle), 1), { ok: false, code: "request_timeout" });
  await cancelled.promise;
});

test("a body that breaks off is the client's failure and nobody else's", async () => {
  const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("gone")) });
  assert.deepEqual(await readJson(post(broken)), { ok: false, code: "malformed_json" });
});

test("a body without end is given up at its bound, not held", async () => {
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 1024;
      controller.enqueue(new Uint8Array(1024));
    },
  });
  assert.deepEqual(await readJson(post(endless)), { ok: false, code: "body_too_large" });
  assert.ok(sent <= MAX_BODY_BYTES + 4096);
});
