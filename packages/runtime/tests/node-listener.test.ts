import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { NODE_SERVER_LIMITS, nodeListener, peerAddress, type NodeListenerOptions } from "../src/index.ts";

type Handler = (request: Request) => Promise<Response>;

async function serve(
  context: TestContext,
  handler: Handler,
  options: Partial<NodeListenerOptions> = {},
): Promise<{ port: number; reports: unknown[] }> {
  const reports: unknown[] = [];
  const hosts: string[] = ["site.test"];
  const server = createServer(NODE_SERVER_LIMITS);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  hosts.push(`127.0.0.1:${port}`);
  server.on(
    "request",
    nodeListener(handler, { maxBodyBytes: 1000, hosts, report: (error) => reports.push(error), ...options }),
  );
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port, reports };
}

/** Sends bytes as they stand and gives the status line and everything after it. */
async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.end(text);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const HEAD = "Host: site.test\r\nConnection: close\r\n";
const echo: Handler = async (request) => Response.json({ method: request.method, url: request.url });

test("method, address, headers, body and the connection's address arrive", async (context) => {
  let seen: unknown;
  const { port } = await serve(context, async (request) => {
    seen = [request.method, request.url, request.headers.get("x-a"), await request.text(), peerAddress(request)];
    return new Response("ok", {
      headers: [
        ["set-cookie", "a=1"],
        ["set-cookie", "b=2"],
      ],
    });
  });
  const response = await fetch(`http://127.0.0.1:${port}/p/%2F?q=1`, {
    method: "POST",
    headers: { "x-a": "1" },
    body: "hello",
  });
  assert.deepEqual(seen, ["POST", `http://127.0.0.1:${port}/p/%2F?q=1`, "1", "hello", "127.0.0.1"]);
  assert.deepEqual(response.headers.getSetCookie(), ["a=1", "b=2"]);
  assert.equal(await response.text(), "ok");
});

for (const name of [
  "Authorization",
  "Cookie",
  "X-Api-Key",
  "X-Tenant-Id",
  "Origin",
  "Idempotency-Key",
  "Content-Type",
  "Sec-Fetch-Site",
]) {
  test(`${name} twice is refused with 400`, async (context) => {
    const { port } = await serve(context, echo);
    const answer = await raw(port, `GET / HTTP/1.1\r\n${HEAD}${name}: a\r\n${name.toLowerCase()}: a\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.match(answer, /"code":"invalid_request"/);
  });
}

const REFUSED: readonly [string, string, number][] = [
  ["another host", "GET / HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n", 421],
  ["an absolute target", `GET http://evil.test/ HTTP/1.1\r\n${HEAD}\r\n`, 400],
  ["a target that begins like a host", `GET //evil.test/ HTTP/1.1\r\n${HEAD}\r\n`, 400],
  ["dot segments", `GET /api/../admin HTTP/1.1\r\n${HEAD}\r\n`, 400],
  ["encoded dot segments", `GET /api/%2e%2e/admin HTTP/1.1\r\n${HEAD}\r\n`, 400],
  ["a backslash", `GET /api\\admin HTTP/1.1\r\n${HEAD}\r\n`, 400],
  ["a GET with a body", `GET / HTTP/1.1\r\n${HEAD}Content-Length: 1\r\n\r\nx`, 400],
  ["a method that Fetch does not know", `TRACE / HTTP/1.1\r\n${HEAD}\r\n`, 405],
  ["a declared length beyond the bound", `POST / HTTP/1.1\r\n${HEAD}Content-Length: 1001\r\n\r\n`, 413],
];
for (const [what, text, status] of REFUSED) {
  test(`${what} is refused with ${status} and never handled`, async (context) => {
    let handled = 0;
    const { port } = await serve(context, async () => {
      handled += 1;
      return new Response();
    });
    assert.match(await raw(port, text), new RegExp(`^HTTP/1.1 ${status} `));
    assert.equal(handled, 0);
  });
}

test("a chunked body is cut off at the bound", async (context) => {
  const { port } = await serve(context, async (request) => {
    await request.arrayBuffer();
    return new Response();
  });
  const chunk = `1f4\r\n${"x".repeat(500)}\r\n`;
  const answer = await raw(
    port,
    `POST / HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(3)}0\r\n\r\n`,
  );
  assert.match(answer, /^HTTP\/1\.1 413 /);
});

test("after a refused body the connection ends, so that the rest of it is not read as a request", async (context) => {
  const { port } = await serve(context, echo);
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  // Never completed, and never asked to close.
  socket.write("POST / HTTP/1.1\r\nHost: site.test\r\nContent-Length: 1001\r\n\r\nGET /smuggled HTTP/1.1\r\n");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(socket, "close");
  const answer = Buffer.concat(chunks).toString();
  assert.match(answer, /^HTTP\/1\.1 413 [^]*\r\nconnection: close\r\n/i);
  assert.equal(answer.split("HTTP/1.1").length, 2);
});

test("a handler's signal aborts when the client hangs up", async (context) => {
  const aborted = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const { port } = await serve(context, async (request) => {
    request.signal.addEventListener("abort", () => aborted.resolve());
    started.resolve();
    await aborted.promise;
    return new Response();
  });
  const client = httpRequest({ port, host: "127.0.0.1", headers: { host: "site.test" } });
  client.on("error", () => undefined);
  client.end();
  await started.promise;
  client.destroy();
  await aborted.promise;
});

test("a handler's signal does not abort when the client takes the whole answer", async (context) => {
  let signal: AbortSignal | undefined;
  const { port } = await serve(context, async (request) => {
    signal = request.signal;
    return new Response("whole");
  });
  assert.match(await raw(port, `GET / HTTP/1.1\r\n${HEAD}\r\n`), /\r\n5\r\nwhole\r\n0\r\n\r\n$/);
  assert.equal(signal?.aborted, false);
});

test("a client that does not read stops the source, and hanging up cancels it", async (context) => {
  let pulled = 0;
  const cancelled = Promise.withResolvers<void>();
  const { port } = await serve(context, async () => {
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(64 * 1024));
      },
      cancel: () => cancelled.resolve(),
    });
    return new Response(body);
  });
  const client = httpRequest({ port, host: "127.0.0.1", headers: { host: "site.test" } });
  client.on("error", () => undefined);
  client.end();
  const [answer] = (await once(client, "response")) as [IncomingMessage];
  answer.on("error", () => undefined);
  // The source is asked again and again until every buffer on the way is full; then the count stands still.
  let before = -1;
  for (let still = 0; still < 20;) {
    await new Promise((resolve) => setImmediate(resolve));
    still = pulled === before ? still + 1 : 0;
    before = pulled;
  }
  assert.ok(pulled < 1000, `the source was read ${pulled} times`);
  client.destroy();
  await cancelled.promise;
});

test("an answer that breaks off cuts the connection instead of ending well", async (context) => {
  const { port, reports } = await serve(context, async () => {
    let sent = false;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent) controller.error(new Error("the source broke"));
        else controller.enqueue(new Uint8Array(10));
        sent = true;
      },
    });
    return new Response(body);
  });
  await assert.rejects(async () => (await fetch(`http://127.0.0.1:${port}/`)).arrayBuffer());
  assert.equal(reports.length, 1);
});

test("a handler that rejects is answered with internal_error and reported", async (context) => {
  const { port, reports } = await serve(context, async () => {
    throw new Error("never said to clients");
  });
  const response = await fetch(`http://127.0.0.1:${port}/`);
  const text = await response.text();
  assert.equal(response.status, 500);
  assert.equal(text.includes("never said"), false);
  assert.equal(reports.length, 1);
});

test("requests beyond the bound are told to come back, and served again once others end", async (context) => {
  const go = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  let first = true;
  const { port } = await serve(
    context,
    async () => {
      if (first) {
        first = false;
        started.resolve();
        await go.promise;
      }
      return new Response();
    },
    { maxConcurrent: 1 },
  );
  const slow = fetch(`http://127.0.0.1:${port}/`);
  await started.promise;
  const refused = await fetch(`http://127.0.0.1:${port}/`);
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get("retry-after"), "1");
  go.resolve();
  assert.equal((await slow).status, 200);
  assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 200);
});
