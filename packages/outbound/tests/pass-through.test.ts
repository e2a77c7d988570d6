import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { gzipSync } from "node:zlib";
import type { ServerResponse } from "node:http";
import { createOutbound, OutboundError, readBounded } from "../src/index.ts";
import type { Outbound } from "../src/index.ts";
import { httpUpstream, tcpUpstream } from "./upstream.ts";

function outboundFor(t: TestContext, port: number): { outbound: Outbound; origin: string } {
  const origin = `http://127.0.0.1:${port}`;
  const outbound = createOutbound({ allow: [origin] });
  t.after(() => outbound.destroy());
  return { outbound, origin };
}

test("bytes pass as they came: a compressed body is not decompressed", async (t) => {
  const packed = gzipSync("hello");
  const upstream = await httpUpstream(t, (_, response) => response.setHeader("content-encoding", "gzip").end(packed));
  const { outbound, origin } = outboundFor(t, upstream.port);
  const { headers, body } = await outbound.request({ origin, path: "/", method: "GET" });
  assert.equal(headers["content-encoding"], "gzip");
  assert.deepEqual(Buffer.from(await body.bytes()), packed);
});

test("a streamed answer arrives piece by piece, as the upstream sends it", async (t) => {
  let answer: ServerResponse | undefined;
  const upstream = await httpUpstream(t, (_, response) => {
    answer = response;
    response.write("one");
  });
  const { outbound, origin } = outboundFor(t, upstream.port);
  const { body } = await outbound.request({ origin, path: "/", method: "POST", body: "{}" });
  const pieces = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  assert.equal(String((await pieces.next()).value), "one");
  answer?.end("two"); // only now: the first piece did not wait for the second
  assert.equal(String((await pieces.next()).value), "two");
});

test("a dispatch handler gets the answer and, on failure, an OutboundError", async (t) => {
  const upstream = await tcpUpstream(t, (socket) =>
    socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")),
  );
  const { outbound, origin } = outboundFor(t, upstream.port);
  const seen: string[] = [];
  const { promise, resolve } = Promise.withResolvers<Error>();
  const sent = outbound.dispatcher.dispatch(
    { origin, path: "/", method: "GET" },
    {
      onRequestStart: () => void seen.push("start"),
      onResponseStart: (_, status) => void seen.push(`status ${status}`),
      onResponseData: (_, chunk) => void seen.push(`data ${String(chunk)}`),
      onResponseEnd: () => void seen.push("end"),
      onResponseError: (_, error) => resolve(error),
    },
  );
  assert.equal(typeof sent, "boolean");
  const failure = await promise;
  assert.ok(failure instanceof OutboundError);
  assert.deepEqual([failure.code, failure.dispatched], ["upstream_unreachable", true]);
  assert.deepEqual(seen, ["start", "status 200", "data half"]);
});

test("a refused dispatch tells its handler at once and calls nothing else", () => {
  const outbound = createOutbound();
  let failure: unknown;
  outbound.dispatcher.dispatch(
    { origin: "http://127.0.0.1:1", path: "/", method: "GET" },
    {
      onRequestStart: () => assert.fail("nothing starts"),
      onResponseError: (_, error) => {
        failure = error;
      },
    },
  );
  assert.ok(failure instanceof OutboundError && failure.code === "destination_refused" && !failure.dispatched);
});

test("an error answer is read up to the given bound and no further", async (t) => {
  const upstream = await httpUpstream(t, (_, response) => {
    response.statusCode = 500;
    response.write(Buffer.alloc(100_000, "e")); // and never ends
  });
  const { outbound, origin } = outboundFor(t, upstream.port);
  const first = await outbound.request({ origin, path: "/", method: "GET" });
  const { bytes, truncated } = await readBounded(first.body, 1000);
  assert.deepEqual([bytes.length, truncated], [1000, true]);
  assert.ok(first.body.destroyed);
});

test("an answer within the bound is read whole", async (t) => {
  const upstream = await httpUpstream(t, (_, response) => response.end("x".repeat(1000)));
  const { outbound, origin } = outboundFor(t, upstream.port);
  const { body } = await outbound.request({ origin, path: "/", method: "GET" });
  const { bytes, truncated } = await readBounded(body, 1000);
  assert.deepEqual([bytes.length, truncated], [1000, false]);
});

test("closing waits for running calls", async (t) => {
  let answer: ServerResponse | undefined;
  const upstream = await httpUpstream(t, (_, response) => {
    answer = response;
    response.flushHeaders();
  });
  const { outbound, origin } = outboundFor(t, upstream.port);
  const { body } = await outbound.request({ origin, path: "/", method: "GET" });
  let closed = false;
  const closing = outbound.close().then(() => {
    closed = true;
    return closed;
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(closed, false);
  answer?.end("done");
  assert.equal(await body.text(), "done");
  await closing;
});

test("ending the body early ends the upstream's work too", async (t) => {
  let ended: Promise<unknown> | undefined;
  const upstream = await httpUpstream(t, (_, response) => {
    ended = once(response, "close");
    response.write("first");
  });
  const { outbound, origin } = outboundFor(t, upstream.port);
  const { body } = await outbound.request({ origin, path: "/", method: "GET" });
  body.on("error", () => undefined).destroy();
  await ended;
});
