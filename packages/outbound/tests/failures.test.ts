import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { createOutbound, OutboundError } from "../src/index.ts";
import type { Outbound, OutboundErrorCode, OutboundOptions, OutboundRequest } from "../src/index.ts";
import { httpUpstream, tcpUpstream, UNUSED_PORT } from "./upstream.ts";

const canary = `sk-${randomBytes(24).toString("hex")}`;

interface Case {
  readonly code: OutboundErrorCode;
  readonly dispatched: boolean;
  readonly reason?: string;
  readonly call: (t: TestContext) => Promise<unknown>;
}

function outboundFor(t: TestContext, options: OutboundOptions): Outbound {
  const outbound = createOutbound(options);
  t.after(() => outbound.destroy());
  return outbound;
}

async function post(
  t: TestContext,
  port: number,
  more: Partial<OutboundRequest> = {},
  options: OutboundOptions = {},
): Promise<Buffer> {
  const origin = `http://127.0.0.1:${port}`;
  const outbound = outboundFor(t, { allow: [origin], ...options });
  const headers = { authorization: `Bearer ${canary}` };
  const request = { origin, path: "/v1", method: "POST", headers, body: canary, ...more } as const;
  const { body } = await outbound.request(request);
  return Buffer.from(await body.bytes());
}

const CASES: Record<string, Case> = {
  "nobody listens": {
    code: "upstream_unreachable",
    dispatched: false,
    reason: "ECONNREFUSED",
    call: (t) => post(t, UNUSED_PORT),
  },
  "the name does not exist": {
    code: "upstream_unreachable",
    dispatched: false,
    reason: "ENOTFOUND",
    call: (t) => {
      const resolver = () => Promise.reject(Object.assign(new Error(canary), { code: "ENOTFOUND" }));
      return outboundFor(t, { resolver }).request({ origin: "https://gone.example", path: "/", method: "GET" });
    },
  },
  "the name has no address": {
    code: "upstream_unreachable",
    dispatched: false,
    reason: "ENOTFOUND",
    call: (t) =>
      outboundFor(t, { resolver: async () => [] }).request({
        origin: "https://gone.example",
        path: "/",
        method: "GET",
      }),
  },
  "the resolver never answers": {
    code: "upstream_timeout",
    dispatched: false,
    reason: "UND_ERR_CONNECT_TIMEOUT",
    call: (t) =>
      outboundFor(t, { resolver: () => new Promise(() => undefined), connectTimeout: 20 }).request({
        origin: "https://slow.example",
        path: "/",
        method: "GET",
      }),
  },
  "the upstream hangs up without an answer": {
    code: "upstream_unreachable",
    dispatched: true,
    reason: "UND_ERR_SOCKET",
    call: async (t) => post(t, (await tcpUpstream(t, (socket) => socket.once("data", () => socket.end()))).port),
  },
  "the upstream resets the connection": {
    code: "upstream_unreachable",
    dispatched: true,
    call: async (t) =>
      post(t, (await tcpUpstream(t, (socket) => socket.once("data", () => socket.resetAndDestroy()))).port),
  },
  "the upstream answers with something other than HTTP": {
    code: "upstream_unreachable",
    dispatched: true,
    call: async (t) =>
      post(t, (await tcpUpstream(t, (socket) => socket.once("data", () => socket.end(`${canary}\r\n\r\n`)))).port),
  },
  "the response header never ends": {
    code: "upstream_timeout",
    dispatched: true,
    reason: "UND_ERR_HEADERS_TIMEOUT",
    call: async (t) => post(t, (await httpUpstream(t, () => undefined)).port, { headersTimeout: 30 }),
  },
  "the response header is too large": {
    code: "upstream_unreachable",
    dispatched: true,
    reason: "UND_ERR_HEADERS_OVERFLOW",
    call: async (t) => {
      const answer = `HTTP/1.1 200 OK\r\nx-long: ${"a".repeat(64 * 1024)}\r\n\r\n`;
      return post(t, (await tcpUpstream(t, (socket) => socket.once("data", () => socket.end(answer)))).port);
    },
  },
  "the response body stalls": {
    code: "upstream_timeout",
    dispatched: true,
    reason: "UND_ERR_BODY_TIMEOUT",
    call: async (t) =>
      post(t, (await httpUpstream(t, (_, response) => response.write("half"))).port, { bodyTimeout: 30 }),
  },
  "the response body breaks off": {
    code: "upstream_unreachable",
    dispatched: true,
    call: async (t) => {
      const answer = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf";
      return post(t, (await tcpUpstream(t, (socket) => socket.once("data", () => socket.end(answer)))).port);
    },
  },
  "the caller's signal was aborted already": {
    code: "aborted",
    dispatched: false,
    call: (t) => post(t, 1, { signal: AbortSignal.abort(new Error(canary)) }),
  },
  "the caller aborts while a connection is awaited": {
    code: "aborted",
    dispatched: false,
    call: (t) => {
      const controller = new AbortController();
      const resolver = () => {
        setImmediate(() => controller.abort(new Error(canary)));
        return new Promise<never>(() => undefined);
      };
      const { signal } = controller;
      return outboundFor(t, { resolver }).request({ origin: "https://slow.example", path: "/", method: "GET", signal });
    },
  },
  "the caller aborts while the header is awaited": {
    code: "aborted",
    dispatched: true,
    call: async (t) => {
      const controller = new AbortController();
      const upstream = await httpUpstream(t, () => controller.abort(new Error(canary)));
      return post(t, upstream.port, { signal: controller.signal });
    },
  },
  "the caller's own deadline passes": {
    code: "upstream_timeout",
    dispatched: true,
    reason: "DEADLINE",
    call: async (t) => {
      const controller = new AbortController();
      // As AbortSignal.timeout() ends it, at the moment the request has arrived and not a while after it set out.
      const late = (): void => controller.abort(new DOMException(canary, "TimeoutError"));
      return post(t, (await httpUpstream(t, late)).port, { signal: controller.signal });
    },
  },
  "a header value has a line break": {
    code: "request_invalid",
    dispatched: false,
    call: (t) => post(t, 1, { headers: { authorization: `${canary}\r\nx: y` } }),
  },
  "the body is shorter than its content-length": {
    code: "request_invalid",
    dispatched: false,
    call: async (t) =>
      post(t, (await httpUpstream(t, (_, response) => response.end())).port, { headers: { "content-length": "7" } }),
  },
};

for (const [what, { code, dispatched, reason, call }] of Object.entries(CASES)) {
  test(
    `when ${what}: ${code}, ${dispatched ? "perhaps dispatched" : "not dispatched"}`,
    { timeout: 60_000 },
    async (t) => {
      const failure: unknown = await call(t).then(
        () => assert.fail("the call must fail"),
        (error: unknown) => error,
      );
      assert.ok(failure instanceof OutboundError, String(failure));
      assert.deepEqual([failure.code, failure.dispatched], [code, dispatched], failure.reason ?? "");
      if (reason !== undefined) assert.equal(failure.reason, reason);
      assert.equal(failure.cause, undefined);
      assert.ok(!`${failure.stack} ${JSON.stringify(failure)}`.includes(canary));
    },
  );
}

test("after the outbound is closed a call fails without being dispatched", async (t) => {
  const outbound = createOutbound();
  await outbound.close();
  t.after(() => outbound.destroy());
  await assert.rejects(outbound.request({ origin: "https://8.8.8.8", path: "/", method: "GET" }), {
    code: "upstream_unreachable",
    dispatched: false,
  });
});

test("a call aborted before its connection stands is never written, even when the connection comes", async (t) => {
  const upstream = await httpUpstream(t, () => assert.fail("nothing may arrive"));
  const origin = `http://localhost:${upstream.port}`;
  const { promise: mayResolve, resolve: goOn } = Promise.withResolvers<void>();
  const controller = new AbortController();
  const resolver = async () => {
    await mayResolve;
    return [{ address: "127.0.0.1", family: 4 }] as const;
  };
  const outbound = outboundFor(t, { allow: [origin], resolver });
  const connected = once(outbound.dispatcher, "connect");
  const call = outbound.request({ origin, path: "/", method: "POST", body: canary, signal: controller.signal });
  controller.abort();
  await assert.rejects(call, { code: "aborted", dispatched: false });
  goOn();
  await connected;
  await outbound.close();
});
