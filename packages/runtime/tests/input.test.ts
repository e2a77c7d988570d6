import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import { globalScope, Problem, publicAccess, routeKey } from "../src/index.ts";
import { cookieValues } from "../src/authenticators/cookie-values.ts";
import { readBody } from "../src/body/read-body.ts";
import { readQuery } from "../src/path/read-query.ts";
import { fakeHost, manifestForTest } from "../src/testing/index.ts";
import { codeOf, problemOf, thing, type SendOptions } from "./thing-route.ts";

test("a refused field is named by its path, and its value is nowhere in the answer", async () => {
  const canary = randomBytes(12).toString("hex");
  const { send, reached } = thing();
  const response = await send({ body: JSON.stringify({ name: canary.repeat(4), limits: [{ amount: canary }] }) });
  const text = await response.text();
  assert.deepEqual(JSON.parse(text).errors, [{ path: "body.name" }, { path: "body.limits.0.amount" }]);
  assert.equal(text.includes(canary), false);
  assert.equal(reached(), 0);
});

const REFUSED: readonly [string, SendOptions, string][] = [
  ["no body", { body: null }, "400 malformed_json"],
  ["an empty body", { body: "" }, "400 malformed_json"],
  ["broken JSON", { body: '{"name":' }, "400 malformed_json"],
  ["a member twice", { body: '{"name":"a","name":"b"}' }, "400 malformed_json"],
  ["a member twice, deep", { body: '{"name":"a","x":[{"b":1,"b":2}]}' }, "400 malformed_json"],
  ["__proto__", { body: '{"name":"a","__proto__":{"role":"owner"}}' }, "400 malformed_json"],
  ["broken UTF-8", { body: new Uint8Array([0x22, 0xff, 0x22]) }, "400 malformed_json"],
  ["UTF-16", { body: Buffer.from('{"name":"a"}', "utf16le") }, "400 malformed_json"],
  ["a byte order mark", { body: "\ufeff{}" }, "400 malformed_json"],
  ["another content type", { headers: { "content-type": "text/plain" } }, "415 unsupported_media_type"],
  ["a form", { headers: { "content-type": "application/x-www-form-urlencoded" } }, "415 unsupported_media_type"],
  [
    "another charset",
    { headers: { "content-type": "application/json; charset=latin1" } },
    "415 unsupported_media_type",
  ],
  ["a look-alike type", { headers: { "content-type": "application/jsonp" } }, "415 unsupported_media_type"],
  ["a compressed body", { headers: { "content-encoding": "gzip" } }, "415 unsupported_media_type"],
  ["a wrong type", { body: "[]" }, "400 invalid_input"],
  ["a query value outside its schema", { url: "https://site.test/api/v1/things/7?dry=maybe" }, "400 invalid_input"],
  ["a query name twice", { url: "https://site.test/api/v1/things/7?dry=yes&dry=yes" }, "400 invalid_input"],
  ["a broken query escape", { url: "https://site.test/api/v1/things/7?dry=%ff" }, "400 invalid_input"],
  ["a NUL in the query", { url: "https://site.test/api/v1/things/7?dry=%00" }, "400 invalid_input"],
  ["__proto__ in the query", { url: "https://site.test/api/v1/things/7?__proto__=x" }, "400 invalid_input"],
  [
    "a path value outside its schema",
    { url: `https://site.test/api/v1/things/${"7".repeat(41)}` },
    "400 invalid_input",
  ],
  ["an endless address", { url: `https://site.test/api/v1/things/7?dry=${"y".repeat(8200)}` }, "414 uri_too_long"],
  ["a declared length beyond the bound", { headers: { "content-length": "1001" } }, "413 body_too_large"],
  ["a declared length that is no number", { headers: { "content-length": "-1" } }, "400 invalid_request"],
];
for (const [what, change, answer] of REFUSED) {
  test(`${what} is refused with ${answer}`, async () => {
    const { send, reached, host } = thing();
    assert.equal(await codeOf(await send(change)), answer);
    assert.equal(reached(), 0);
    assert.deepEqual(host.statements, []);
  });
}

for (const type of ["application/json", 'Application/JSON; charset="UTF-8"', "application/json;charset=utf-8"]) {
  test(`the content type ${type} is JSON`, async () => {
    assert.equal((await thing().send({ headers: { "content-type": type } })).status, 201);
  });
}

for (const claim of ["role", "org_id", "orgId", "tenant-id", "is_admin", "owner", "permissions", "price", "user_id"]) {
  test(`the claim ${claim} that no schema reads is refused instead of dropped, in body and query`, async () => {
    const { send, reached } = thing();
    const deep = await send({ body: JSON.stringify({ name: "a", limits: [{ amount: 1, [claim]: "x" }] }) });
    assert.deepEqual((await problemOf(deep)).errors, [{ path: `body.limits.0.${claim}` }]);
    assert.equal((await send({ body: JSON.stringify({ name: "a", [claim]: "x" }) })).status, 400);
    assert.equal((await send({ url: `https://site.test/api/v1/things/7?${claim}=x` })).status, 400);
    assert.equal(reached(), 0);
  });
}

test("an unknown field without authority is dropped when the schema drops it", async () => {
  const { send } = thing({ handler: async ({ body }) => ({ status: 200, body }) });
  assert.deepEqual(await (await send({ body: '{"name":"a","colour":"red"}' })).json(), { name: "a" });
});

function endless(): { body: ReadableStream<Uint8Array>; pulled: () => number; cancelled: () => boolean } {
  let pulled = 0;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(300).fill(0x20));
      },
      cancel() {
        cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { body, pulled: () => pulled, cancelled: () => cancelled };
}

test("a streamed body is cut off at the bound, not read to its end", async () => {
  const { send, reached } = thing();
  const stream = endless();
  assert.equal(await codeOf(await send({ body: stream.body })), "413 body_too_large");
  assert.equal(stream.pulled(), 4);
  assert.equal(stream.cancelled(), true);
  assert.equal(reached(), 0);
});

test("a body of exactly the bound passes and one byte more does not", async () => {
  const request = (bytes: number): Request =>
    new Request("https://site.test/", { method: "POST", body: new Uint8Array(bytes) });
  assert.equal((await readBody(request(1000), 1000)).byteLength, 1000);
  await assert.rejects(readBody(request(1001), 1000), { code: "body_too_large" });
});

test("a body that never ends in time is given up", async () => {
  const body = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) });
  const request = new Request("https://site.test/", { method: "POST", body, duplex: "half" });
  await assert.rejects(readBody(request, 1000, 1), { code: "request_timeout", status: 408 });
});

test("a body that breaks off is a bad request", async () => {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new Uint8Array(10));
      controller.error(new Error("the client left"));
    },
  });
  assert.equal(await codeOf(await thing().send({ body })), "400 invalid_request");
});

test("only the headers a schema reads reach the handler, and no credential is among them", async () => {
  let offered: unknown;
  const host = fakeHost();
  const path = "/api/v1/echo";
  const route = routeKey({
    host,
    manifest: manifestForTest([{ path, method: ["POST"], auth: ["public"], tenant_scope: "global" }], {
      public_reason: "a test",
      global_reason: "a test",
    }),
    method: "POST",
    path,
    auth: publicAccess("a test"),
    tenant: globalScope("a test"),
    input: {
      headers: z.unknown().transform((value) => {
        offered = value;
        return { agent: (value as Record<string, string>)["user-agent"] };
      }),
    },
    limit: { address: { points: 10, seconds: 60 } },
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async ({ headers, query, body, params }) => ({ status: 200, body: { headers, query, body, params } }),
  });
  const headers = {
    "user-agent": "t",
    authorization: "Bearer x",
    cookie: "sid=1",
    "x-api-key": "x",
    "x-role": "owner",
  };
  const response = await route(new Request(`https://site.test${path}`, { method: "POST", headers }));
  assert.deepEqual(await response.json(), { headers: { agent: "t" } });
  assert.deepEqual(Object.keys(offered as object).sort(), ["user-agent", "x-role"]);
  const post = (change: RequestInit, query = ""): Promise<Response> =>
    route(new Request(`https://site.test${path}${query}`, { method: "POST", ...change }));
  assert.equal((await post({}, "?a=1")).status, 400);
  assert.equal((await post({ body: "x" })).status, 413);
  assert.equal((await post({ headers: { origin: "https://evil.test" } })).status, 403);
});

test("a query is read as the URL standard reads it, however plain it is", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", "B", "7", "-", "=", "&", "+", "%20", "%41", ".", "_", "~", "é"),
  });
  fc.assert(
    fc.property(text, (query) => {
      const pairs = [...new URLSearchParams(query)];
      const repeated = new Set(pairs.map(([name]) => name)).size < pairs.length;
      if (repeated) assert.throws(() => readQuery(query), Problem);
      else assert.deepEqual(Object.entries(readQuery(query)), Object.entries(Object.fromEntries(pairs)));
    }),
  );
  assert.throws(() => readQuery("__proto__=1"), Problem);
  assert.equal(Reflect.get(readQuery("a=1"), "constructor"), undefined);
});

test("every cookie of a name is read, and no other's", () => {
  const cases: readonly [string, string[]][] = [
    ["s=1", ["1"]],
    ["a=0; s=1;s=2 ; b=3", ["1", "2"]],
    ["xs=1; s2=1; s =4", ["4"]],
    ["s", []],
    ["=s; s=;s==a=b", ["", "=a=b"]],
    ["a=s; b=s=1", []],
    ["s;s=1", ["1"]],
    [";;s=1;;", ["1"]],
  ];
  for (const [cookie, values] of cases) {
    assert.deepEqual(cookieValues(new Request("http://h/", { headers: { cookie } }), "s"), values, cookie);
  }
});

test("a body that arrives as anything but bytes is refused, for no bound would hold of it", async () => {
  const { send, reached } = thing();
  const text = ReadableStream.from(Array.from({ length: 20 }, () => "x".repeat(100)));
  const answer = await send({ body: text as unknown as ReadableStream<Uint8Array> });
  assert.equal(await codeOf(answer), "400 invalid_request");
  assert.equal(reached(), 0);
});
