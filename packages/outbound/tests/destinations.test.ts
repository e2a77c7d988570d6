import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { createOutbound, OutboundError } from "../src/index.ts";
import type { Outbound, OutboundOptions } from "../src/index.ts";
import { httpUpstream } from "./upstream.ts";

function outboundFor(t: TestContext, options: OutboundOptions = {}): Outbound {
  const outbound = createOutbound(options);
  t.after(() => outbound.destroy());
  return outbound;
}

const get = (outbound: Outbound, origin: string) => outbound.request({ origin, path: "/", method: "GET" });

const refused = { name: "OutboundError", code: "destination_refused", dispatched: false };
const malformed = { name: "OutboundError", code: "request_invalid", dispatched: false };

test("an address as written that is not public is refused in every spelling, and nothing connects", async (t) => {
  const upstream = await httpUpstream(t, (_, response) => response.end("reached"));
  const outbound = outboundFor(t);
  const hosts = [
    "127.0.0.1",
    "2130706433", // decimal
    "0x7f000001", // hexadecimal
    "0177.0.0.1", // octal
    "017700000001",
    "127.1", // short
    "127.0.0.1.", // rooted
    "0x7f.0.0.0x1", // mixed
    "127。0。0。1", // ideographic full stops
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[0:0:0:0:0:ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "0",
    "[::]",
  ];
  for (const host of hosts) {
    const { origin } = new URL(`https://${host}:${upstream.port}`);
    await assert.rejects(get(outbound, origin), refused, origin);
  }
  assert.equal(upstream.connections(), 0);
});

test("a name that resolves to an address that is not public is refused, and nothing connects", async (t) => {
  const upstream = await httpUpstream(t, (_, response) => response.end("reached"));
  for (const address of [
    "127.0.0.1",
    "::1",
    "::ffff:127.0.0.1",
    "10.0.0.1",
    "169.254.169.254",
    "fd00:ec2::254",
    "100.64.0.1",
  ]) {
    const family = address.includes(":") ? 6 : 4;
    const outbound = outboundFor(t, { resolver: async () => [{ address, family }] });
    await assert.rejects(get(outbound, `https://provider.example:${upstream.port}`), refused, address);
  }
  assert.equal(upstream.connections(), 0);
});

test("a name with one public and one private address is refused as a whole", async (t) => {
  const outbound = outboundFor(t, {
    resolver: async () => [
      { address: "8.8.8.8", family: 4 },
      { address: "10.0.0.1", family: 4 },
    ],
  });
  await assert.rejects(get(outbound, "https://provider.example"), refused);
});

test("the machine's own names are refused", async (t) => {
  await assert.rejects(get(outboundFor(t), "https://localhost"), refused);
});

test("plain http is refused, whatever the address", async (t) => {
  await assert.rejects(get(outboundFor(t), "http://8.8.8.8"), { ...refused, reason: "NOT_HTTPS" });
});

test("an exempt origin may be plain and private, and only that exact origin", async (t) => {
  const upstream = await httpUpstream(t, (_, response) => response.end("reached"));
  const other = await httpUpstream(t, (_, response) => response.end("reached"));
  const origin = `http://127.0.0.1:${upstream.port}`;
  const outbound = outboundFor(t, { allow: [origin] });

  const { statusCode, body } = await get(outbound, origin);
  assert.equal(statusCode, 200);
  assert.equal(await body.text(), "reached");

  await assert.rejects(get(outbound, `http://127.0.0.1:${other.port}`), refused);
  await assert.rejects(get(outbound, `https://127.0.0.1:${upstream.port}`), refused);
  await assert.rejects(get(outbound, `http://localhost:${upstream.port}`), refused);
  assert.equal(other.connections(), 0);
});

test("an origin that is not in its canonical form is refused", async (t) => {
  const outbound = outboundFor(t);
  const origins = [
    "https://api.openai.com/",
    "https://api.openai.com:443",
    "https://API.openai.com",
    `https://${["user", "x"].join(":")}@api.openai.com`,
    "https://api.openai.com/v1",
    "https://api.openai.com#x",
    "https://2130706433",
    "ftp://api.openai.com",
    "file:///etc/passwd",
    "",
    "api.openai.com",
  ];
  for (const origin of origins) await assert.rejects(get(outbound, origin), malformed, origin);
  assert.throws(() => createOutbound({ allow: ["http://127.0.0.1:4010/"] }), malformed);
});

test("what would send a request elsewhere than its origin is refused", async (t) => {
  const upstream = await httpUpstream(t, (_, response) => response.end("reached"));
  const origin = `http://127.0.0.1:${upstream.port}`;
  const outbound = outboundFor(t, { allow: [origin] });
  const base = { origin, path: "/", method: "GET" } as const;
  await assert.rejects(outbound.request({ ...base, path: "http://169.254.169.254/" }), malformed);
  await assert.rejects(outbound.request({ ...base, method: "CONNECT" }), malformed);
  await assert.rejects(outbound.request({ ...base, headers: { Host: "elsewhere.example" } }), malformed);
  await assert.rejects(outbound.request({ ...base, headers: ["host", "elsewhere.example"] }), malformed);
  const { promise, reject } = Promise.withResolvers<never>();
  outbound.dispatcher.dispatch({ ...base, upgrade: "websocket" }, { onResponseError: (_, error) => reject(error) });
  await assert.rejects(promise, malformed);
  assert.equal(upstream.connections(), 0);
});

test("redirects are handed back, not followed", async (t) => {
  const target = await httpUpstream(t, (_, response) => response.end("followed"));
  const upstream = await httpUpstream(t, (_, response) => {
    response.writeHead(307, { location: `http://127.0.0.1:${target.port}/` }).end();
  });
  const allow = [`http://127.0.0.1:${upstream.port}`, `http://127.0.0.1:${target.port}`] as const;
  const { statusCode, body } = await get(outboundFor(t, { allow }), allow[0]);
  await body.dump();
  assert.equal(statusCode, 307);
  assert.equal(target.connections(), 0);
});

test("proxies named in the environment are not used", async (t) => {
  const proxy = await httpUpstream(t, (_, response) => response.end("proxied"));
  const upstream = await httpUpstream(t, (_, response) => response.end("direct"));
  const origin = `http://127.0.0.1:${upstream.port}`;
  const names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "NODE_USE_ENV_PROXY"];
  const before = names.map((name) => [name, process.env[name]] as const);
  t.after(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
  for (const name of names) process.env[name] = name === "NODE_USE_ENV_PROXY" ? "1" : `http://127.0.0.1:${proxy.port}`;
  const { body } = await get(outboundFor(t, { allow: [origin] }), origin);
  assert.equal(await body.text(), "direct");
  assert.equal(proxy.connections(), 0);
});

test("refusals carry neither the destination nor a cause", async (t) => {
  const failure: unknown = await get(outboundFor(t), "https://10.11.12.13").catch((error: unknown) => error);
  assert.ok(failure instanceof OutboundError);
  assert.equal(failure.cause, undefined);
  assert.doesNotMatch(`${failure.stack} ${JSON.stringify(failure)}`, /10\.11\.12\.13/);
});
