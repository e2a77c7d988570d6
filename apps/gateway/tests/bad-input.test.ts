import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { OrganisationFixture } from "@meterr/database/testing";
import { allSettled } from "./support/balance-of.ts";
import { gatewayFixture, type GatewayFixture } from "./support/gateway-fixture.ts";
import { anthropicShape, openaiShape, providerShapes } from "./support/provider-shapes.ts";
import { rawRequest, type RawAnswer } from "./support/raw-request.ts";

const CANARY = `canary${randomBytes(12).toString("hex")}`;
const MAX_BODY = 64 * 1024;

let fixture: GatewayFixture;
let org: OrganisationFixture;
let origin: string;
let token: string;
let another: string;

before(async () => {
  fixture = await gatewayFixture();
  org = await fixture.database.createOrganisation();
  ({ origin } = await fixture.start({ maxBodyBytes: MAX_BODY, clientHeadersTimeout: 400, clientRequestTimeout: 800 }));
  ({ token } = await fixture.mint(org, { limitNanousd: 10n ** 12n }));
  ({ token: another } = await fixture.mint(org));
});
after(async () => {
  await allSettled(org);
  const calls = await fixture.sandbox.calls();
  await fixture.close();
  assert.equal(calls.length, dispatched, "nothing of it reached the provider");
});

/** Calls that were good, among all the bad ones. */
let dispatched = 0;

const good = JSON.stringify(openaiShape.body("hello"));
const head = (lines: Record<string, string>, target = "/openai/v1/chat/completions", method = "POST"): string =>
  `${method} ${target} HTTP/1.1\r\n${Object.entries(lines)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("")}\r\n`;
const lines = (extra: Record<string, string> = {}): Record<string, string> => ({
  host: "localhost",
  authorization: `Bearer ${token}`,
  "content-type": "application/json",
  connection: "close",
  ...extra,
});
const whole = (body: string | Buffer, extra: Record<string, string> = {}, target?: string): (string | Buffer)[] => [
  head(lines({ "content-length": String(Buffer.byteLength(body)), ...extra }), target),
  body,
];

function assertRefused(answer: RawAnswer, status: number, code: string, what: string): void {
  assert.equal(answer.status, status, what);
  assert.equal(answer.headers.get("x-meterr-code"), code, what);
  assert.match(answer.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/, what);
  assert.equal(answer.headers.get("x-should-retry"), "false", what);
  assert.ok(!answer.all.includes(CANARY), `${what}: quotes what was sent`);
  assert.ok(!answer.all.includes(token) && !answer.all.includes(another), `${what}: quotes the virtual key`);
  assert.doesNotMatch(answer.body, /\bat \/|node:|\.ts\b|select |meterr\./, `${what}: internals`);
}

const bodies: readonly [what: string, body: string | Buffer, status: number][] = [
  ["nothing", "", 400],
  ["half a document", '{"model":"gpt-4o-mini"', 400],
  ["an array", "[]", 400],
  ["a string", `"${CANARY}"`, 400],
  ["null", "null", 400],
  ["JSON with a byte order mark", `\ufeff${good}`, 400],
  ["a trailing comma", `{"model":"${CANARY}",}`, 400],
  ["NaN", '{"model":"gpt-4o-mini","max_tokens":NaN,"messages":[]}', 400],
  ["Latin-1", Buffer.from('{"model":"gpt-4o-mini","messages":[{"role":"user","content":"\xe9"}]}', "latin1"), 400],
  ["UTF-16", Buffer.from(good, "utf16le"), 400],
  ["no model", '{"messages":[]}', 400],
  ["a model that is no name", '{"model":{"a":1},"messages":[]}', 400],
  ["an endless model", JSON.stringify({ model: "m".repeat(5_000), messages: [] }), 400],
  ["a limit that is no number", '{"model":"gpt-4o-mini","max_tokens":"9","messages":[]}', 400],
  ["a negative limit", '{"model":"gpt-4o-mini","max_tokens":-1,"messages":[]}', 400],
  ["a limit of a half", '{"model":"gpt-4o-mini","max_tokens":0.5,"messages":[]}', 400],
  ["a limit beyond counting", '{"model":"gpt-4o-mini","max_tokens":1e300,"messages":[]}', 400],
  ["too many choices", '{"model":"gpt-4o-mini","n":1e9,"messages":[]}', 400],
  ["a stream that is no boolean", '{"model":"gpt-4o-mini","stream":"yes","messages":[]}', 400],
  ["__proto__", `{"model":"gpt-4o-mini","__proto__":{"limited":false,"a":"${CANARY}"},"messages":[]}`, 400],
  ["__proto__ deep down", '{"model":"gpt-4o-mini","messages":[{"role":"user","__proto__":{"content":"a"}}]}', 400],
  ["__proto__ escaped", '{"model":"gpt-4o-mini","\\u005f_proto__":{},"messages":[]}', 400],
  ["deep nesting", `{"model":"gpt-4o-mini","messages":${"[".repeat(20_000)}${"]".repeat(20_000)}}`, 400],
];

for (const [what, body, status] of bodies) {
  test(`a body is refused: ${what}`, async () => {
    assertRefused(await rawRequest(origin, whole(body)), status, "request_invalid", what);
  });
}

test("malformed JSON is refused in each provider's own error shape", async () => {
  for (const shape of providerShapes) {
    const headers = shape.headers(token);
    const answer = await fetch(origin + shape.path(false), { method: "POST", headers, body: `{"${CANARY}` });
    assert.equal(answer.status, 400);
    assert.equal(shape.errorCode(await answer.json()), "request_invalid");
  }
});

test("a body that is packed, of another type or another charset is 415", async () => {
  const packed = gzipSync(good);
  const cases: [Record<string, string>, string | Buffer][] = [
    [{ "content-encoding": "gzip" }, packed],
    [{ "content-encoding": "br" }, packed],
    [{ "content-encoding": "gzip, identity" }, packed],
    [{ "content-type": "text/plain" }, good],
    [{ "content-type": "application/jsonp" }, good],
    [{ "content-type": "multipart/form-data; boundary=a" }, good],
    [{ "content-type": "application/json; charset=latin1" }, good],
    [{ "content-type": "application/json; charset=utf-8; charset=utf-16" }, good],
  ];
  for (const [extra, body] of cases) {
    const what = JSON.stringify(extra);
    assertRefused(await rawRequest(origin, whole(body, extra)), 415, "request_invalid", what);
  }
});

test("a body too large is 413, declared or chunked, and the answer arrives although the client is still sending", async () => {
  const declared = [head(lines({ "content-length": String(8 * 1024 * 1024) })), Buffer.alloc(8 * 1024 * 1024, 32)];
  assertRefused(await rawRequest(origin, declared), 413, "body_too_large", "declared");
  const chunk = Buffer.concat([Buffer.from("8000\r\n"), Buffer.alloc(0x8000, 32), Buffer.from("\r\n")]);
  const chunked = [
    head(lines({ "transfer-encoding": "chunked" })),
    ...Array.from({ length: 100 }, () => chunk),
    "0\r\n\r\n",
  ];
  assertRefused(await rawRequest(origin, chunked), 413, "body_too_large", "chunked");
  const never = [head(lines({ "content-length": "99999999999999" })), "{"];
  assertRefused(await rawRequest(origin, never), 413, "body_too_large", "declared and never sent");
});

test("a request without a credential is answered before its body is read", async () => {
  const { authorization: _, ...anonymous } = lines({ "content-length": String(4 * 1024 * 1024) });
  const answer = await rawRequest(origin, [head(anonymous), Buffer.alloc(4 * 1024 * 1024, 32)]);
  assertRefused(answer, 401, "key_invalid", "anonymous");
});

test("headers that stand twice are refused where two readers could disagree", async () => {
  const doubled = (name: string, values: readonly [string, string]): string =>
    head(lines({ "content-length": String(good.length) })).replace(
      `${name}: ${values[0]}\r\n`,
      `${name}: ${values[0]}\r\n${name}: ${values[1]}\r\n`,
    );
  const twice: [string, readonly [string, string]][] = [
    ["authorization", [`Bearer ${token}`, `Bearer ${another}`]],
    ["authorization", [`Bearer ${token}`, `Bearer ${token}`]],
    ["content-type", ["application/json", "text/plain"]],
  ];
  for (const [name, values] of twice) {
    assertRefused(await rawRequest(origin, [doubled(name, values), good]), 400, "request_invalid", name);
  }
  for (const name of ["x-api-key", "x-goog-api-key", "origin", "content-encoding"]) {
    const sent = head(lines({ "content-length": String(good.length), [name]: "a" })).replace(
      `${name}: a\r\n`,
      `${name}: a\r\n${name}: b\r\n`,
    );
    assertRefused(await rawRequest(origin, [sent, good]), 400, "request_invalid", name);
  }
  // Two hosts or two lengths do not even parse.
  for (const [name, value] of [
    ["content-length", String(good.length)],
    ["host", "localhost"],
  ] as const) {
    const sent = head(lines({ "content-length": String(good.length) }));
    const doubledLine = sent.replace(`${name}: ${value}\r\n`, `${name}: ${value}\r\n${name}: 1\r\n`);
    assertRefused(await rawRequest(origin, [doubledLine, good]), 400, "request_invalid", name);
  }
});

test("two credentials that differ are refused, two that agree pass", async () => {
  const body = JSON.stringify(anthropicShape.body("hello"));
  const send = (bearer: string): Promise<RawAnswer> =>
    rawRequest(
      origin,
      whole(
        body,
        { "x-api-key": token, authorization: `Bearer ${bearer}`, "anthropic-version": "2023-06-01" },
        "/anthropic/v1/messages",
      ),
    );
  assertRefused(await send(another), 401, "key_invalid", "two that differ");
  assert.equal((await send(token)).status, 200);
  dispatched += 1;
});

test("a credential in the query is refused, also beside a good one, and never passed on", async () => {
  for (const name of ["key", "api_key", "access_token", "token"]) {
    const answer = await rawRequest(origin, whole(good, {}, `/openai/v1/chat/completions?${name}=${another}`));
    assertRefused(answer, 401, "key_invalid", name);
  }
  const other = await rawRequest(origin, whole(good, {}, `/openai/v1/chat/completions?anything=${CANARY}`));
  assertRefused(other, 400, "not_metered", "an unlisted parameter");
  const google = `/google/v1beta/models/gemini-2.5-flash:generateContent`;
  for (const query of ["alt=media", "alt=sse&alt=json", "$alt=sse", "alt=SSE", "%24alt=sse"]) {
    const answer = await rawRequest(origin, whole("{}", { "x-goog-api-key": token }, `${google}?${query}`));
    assertRefused(answer, 400, "not_metered", query);
  }
});

test("no path leads out of the closed table: dot segments, escapes, doubled slashes, absolute forms", async () => {
  const paths = [
    "/openai/v1/../v1/chat/completions",
    "/openai/v1/./chat/completions",
    "/openai/v1/chat%2Fcompletions",
    "/openai/v1/%63hat/completions",
    "/openai/v1//chat/completions",
    "/openai/v1/chat/completions/",
    "/openai/v1/chat/completions;a=b",
    "/openai/v1/chat/completions%00",
    "/openai/v1/chat\\completions",
    "/openai/v1/CHAT/completions",
    "/openai/v1/models/..%2f..%2forganization",
    "/openai/v1/models/..",
    "/google/v1beta/models/a%2Fb:generateContent",
    "/google/v1beta/models/../files:generateContent",
    "/anthropic/v1/messages/../files",
    "/anthropic/v1/messages/batches",
  ];
  for (const path of paths) {
    const answer = await rawRequest(origin, whole(good, { "x-api-key": token, "x-goog-api-key": token }, path));
    assert.ok([400, 404, 405].includes(answer.status), `${path}: ${answer.status}`);
  }
  for (const path of [
    "/openai/v1/models/..",
    "/openai/v1/models/.",
    "/google/v1beta/models/..",
    "/anthropic/v1/models/..",
  ]) {
    const answer = await rawRequest(origin, head(lines({ "x-api-key": token }), path, "GET"));
    assertRefused(answer, 404, "not_metered", path);
  }
  for (const target of ["http://evil.test/openai/v1/models", "*", "//openai/v1/models", "/OPENAI/v1/models", "/"]) {
    const answer = await rawRequest(origin, head(lines(), target, "GET"));
    assertRefused(answer, 404, "not_found", target);
    assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/);
  }
});

test("a method that an endpoint does not take is 405 and names the one it takes", async () => {
  for (const method of ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "PROPFIND"]) {
    const answer = await rawRequest(origin, head(lines(), "/openai/v1/chat/completions", method));
    assertRefused(answer, 405, "method_not_allowed", method);
    assert.equal(answer.headers.get("allow"), "POST");
  }
  const connect = await rawRequest(origin, "CONNECT api.openai.com:443 HTTP/1.1\r\nhost: localhost\r\n\r\n");
  assert.notEqual(connect.status, 200);
});

test("a host name that is not served is 421, whatever else is asked", async () => {
  for (const host of ["evil.test", "localhost.evil.test", "127.0.0.1.nip.io", "localhost@evil.test", "0.0.0.0"]) {
    for (const target of ["/openai/v1/models", "/healthz", "/metrics", "/"]) {
      const answer = await rawRequest(origin, head({ ...lines(), host }, target, "GET"));
      assertRefused(answer, 421, "not_found", `${host} ${target}`);
    }
  }
  const old = await rawRequest(origin, `GET /healthz HTTP/1.0\r\n\r\n`);
  assertRefused(old, 421, "not_found", "HTTP/1.0 without a host");
  const served = await rawRequest(origin, `GET /healthz HTTP/1.0\r\nhost: localhost\r\n\r\n`);
  assert.equal(served.status, 200);
});

test("a request that two readers could frame differently is refused, and what follows it is not read", async () => {
  const hidden = head(lines(), "/openai/v1/models", "GET");
  const smuggled: [string, string][] = [
    [
      "both length and chunks",
      head(lines({ "content-length": "5", "transfer-encoding": "chunked" })) + `0\r\n\r\n${hidden}`,
    ],
    ["a second coding", head(lines({ "transfer-encoding": "gzip, chunked" })) + `0\r\n\r\n${hidden}`],
    ["an unknown coding", head(lines({ "transfer-encoding": "xchunked" })) + `0\r\n\r\n${hidden}`],
    ["a space before the colon", head(lines()).replace("host:", "host :") + hidden],
    ["a bare line feed", head(lines({ "transfer-encoding": "chunked" })).replaceAll("\r\n", "\n") + `0\n\n${hidden}`],
    ["a folded header", head(lines()).replace("host: localhost", "host: localhost\r\n evil: a") + hidden],
    ["a chunk size that is none", head(lines({ "transfer-encoding": "chunked" })) + `zz\r\n\r\n${hidden}`],
    ["a negative length", head(lines({ "content-length": "-1" })) + hidden],
    ["a length with a sign", head(lines({ "content-length": "+5" })) + hidden],
    ["a null in a header", head(lines({ "x-a": "b\0c" })) + hidden],
    ["no HTTP at all", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello\r\n\r\n"],
  ];
  for (const [what, bytes] of smuggled) {
    const answer = await rawRequest(origin, bytes);
    assertRefused(answer, 400, "request_invalid", what);
    assert.equal(answer.all.match(/HTTP\/1\.1 \d{3}/g)?.length, 1, `${what}: one answer`);
  }
});

test("pipelined requests are answered in order, each for itself", async () => {
  const keep = lines({ "content-length": String(good.length), connection: "keep-alive" });
  const bad = { ...keep, authorization: `Bearer ${another.slice(0, -1)}` };
  const last = lines({ "content-length": String(good.length) });
  const answer = await rawRequest(origin, [head(keep), good, head(keep), good, head(last), good]);
  assert.deepEqual(answer.all.match(/HTTP\/1\.1 \d{3}/g), ["HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 200"]);
  dispatched += 3;
  const mixed = await rawRequest(origin, [head(bad), good, head(last), good]);
  assert.equal(mixed.status, 401);
  // Whether the second is still taken is open; it is never answered with the first one's authority.
  dispatched += (mixed.all.match(/HTTP\/1\.1 200/g) ?? []).length;
});

test("headers too large or too many are 431", async () => {
  const huge = await rawRequest(origin, head(lines({ "x-filler": "a".repeat(20_000) })));
  assertRefused(huge, 431, "request_invalid", "huge");
  const many = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`x-${index}`, "a"]));
  const count = await rawRequest(origin, head({ ...many, ...lines() }, "/openai/v1/models", "GET"));
  assert.equal(count.status, 431);
});

test("a head or a body that does not arrive in time is 408, and the connection is closed", async () => {
  const slowHead = rawRequest(origin, "POST /openai/v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nx-a: ");
  const slowBody = rawRequest(origin, [head(lines({ "content-length": "500" })), '{"model":']);
  const silent = rawRequest(origin, []);
  for (const answer of await Promise.all([slowHead, slowBody])) {
    assertRefused(answer, 408, "request_invalid", "slow");
    assert.equal(answer.headers.get("connection"), "close");
  }
  await silent;
});

test("what follows a good request and does not parse takes nothing from its answer", async () => {
  const answer = await rawRequest(origin, [...whole(good), "garbage that is no request\r\n\r\n"]);
  assert.deepEqual(answer.all.match(/HTTP\/1\.1 \d{3}/g), ["HTTP/1.1 200"]);
  dispatched += 1;
});

test("a client that leaves while it sends is forgotten: no refusal is noted and nothing is reserved", async () => {
  const before = await refusals();
  const leaving = fetch(`${origin}/openai/v1/chat/completions`, {
    method: "POST",
    headers: openaiShape.headers(token),
    body: new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"model":'));
        setImmediate(() => controller.error(new Error("left")));
      },
    }),
    duplex: "half",
  });
  await assert.rejects(leaving);
  const after = await fetch(`${origin}/openai/v1/chat/completions`, {
    method: "POST",
    headers: openaiShape.headers(token),
  });
  await after.arrayBuffer();
  assert.equal(after.status, 400);
  assert.ok((await refusals()) <= before + 1);
});

async function refusals(): Promise<number> {
  const found = await org.arrange((sql) => sql.query("select from refusals where org_id = $1", [org.orgId]));
  return found.rowCount ?? 0;
}
