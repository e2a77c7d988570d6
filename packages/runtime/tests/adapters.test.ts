import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { after, before, suite, test } from "node:test";
import { gzipSync } from "node:zlib";
import { z } from "zod";
import { Hono } from "hono";
import { honoHandler, memberTenant, mount, peerAddress, routeKey, RuntimeError, trustedProxies } from "../src/index.ts";
import { authenticatorForTest, fakeHost, manifestForTest } from "../src/testing/index.ts";
import { HOSTS, startExpressKeeping, type Handler, type Running } from "./adapters/hosts.ts";
import { people } from "./thing-route.ts";

const MAX_BODY = 64 * 1024;

/** One route with every gate, for what must hold from the socket to the handler. */
function keyRoutes(addresses: string[], trusted: readonly string[]): Handler {
  const auth = authenticatorForTest(people);
  const host = { ...fakeHost(), clientAddress: trustedProxies({ trusted, peer: peerAddress }) };
  const rule = { points: 1000, seconds: 60 };
  return mount([
    routeKey({
      host,
      manifest: manifestForTest([
        { path: "/api/things/:id", method: ["POST"], auth: ["api_token"], tenant_scope: "per-request-tenant-id" },
      ]),
      method: "POST",
      path: "/api/things/:id",
      auth,
      tenant: memberTenant(),
      authorize: () => true,
      input: { params: z.object({ id: z.string() }), body: z.object({ name: z.string() }) },
      limit: { address: rule, tenant: rule },
      maxBodyBytes: 1000,
      idempotency: "none",
      handler: async ({ params, body, address }) => {
        addresses.push(address);
        return { status: 201, body: { id: params.id, name: body.name }, headers: { location: "/api/things/9" } };
      },
    }),
  ]);
}

const KEY_HEADERS = { "x-test-credential": "ann", "content-type": "application/json" };

for (const adapter of HOSTS) {
  suite(`behind ${adapter.name}`, () => {
    const reports: unknown[] = [];
    let current: Handler = async () => new Response();
    let server: Running | undefined;
    const url = (path: string): string => `http://127.0.0.1:${server?.port ?? 0}${path}`;
    const options = {
      hosts: "any",
      maxBodyBytes: MAX_BODY,
      report: (error: unknown) => void reports.push(error),
    } as const;

    before(async () => {
      server = await adapter.start((request) => current(request), options);
    });
    after(() => server?.close());

    test("method, path, query and headers arrive as they were sent", async () => {
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
        let seen: unknown;
        current = async (request) => {
          const { pathname, search } = new URL(request.url);
          seen = [request.method, pathname, search, request.headers.get("x-a"), request.headers.get("cookie")];
          return new Response(null, { status: 204 });
        };
        const headers = { "x-a": "1, 2", cookie: "a=1; b=%20" };
        const response = await fetch(url("/api/p/%2F/x%20y?q=1&q=%26&e"), { method, headers });
        assert.equal(response.status, 204);
        assert.deepEqual(seen, [method, "/api/p/%2F/x%20y", "?q=1&q=%26&e", "1, 2", "a=1; b=%20"]);
      }
    });

    for (const [what, type] of [
      ["binary", "application/octet-stream"],
      ["JSON", "application/json"],
      ["a form", "application/x-www-form-urlencoded"],
      ["text", "text/plain;charset=iso-8859-1"],
      ["no type at all", ""],
    ] as const) {
      test(`a body said to be ${what} arrives byte for byte`, async () => {
        const sent = randomBytes(40_000);
        let got = Buffer.alloc(0);
        current = async (request) => {
          got = Buffer.from(await request.arrayBuffer());
          return new Response();
        };
        // A Blob of no type has fetch add none of its own.
        const body = new Blob([sent]);
        const response = await fetch(url("/api/hook"), {
          method: "POST",
          body,
          ...(type === "" ? {} : { headers: { "content-type": type } }),
        });
        assert.equal(response.status, 200);
        assert.ok(got.equals(sent));
      });
    }

    test("a compressed body stays as it was sent, and a JSON route refuses it with 415", async () => {
      const sent = gzipSync(JSON.stringify({ name: "lamp" }));
      const headers = { ...KEY_HEADERS, "content-encoding": "gzip" };
      let got = Buffer.alloc(0);
      current = async (request) => {
        got = Buffer.from(await request.arrayBuffer());
        return new Response();
      };
      assert.equal((await fetch(url("/api/hook"), { method: "POST", body: sent, headers })).status, 200);
      assert.ok(got.equals(sent));
      current = keyRoutes([], []);
      assert.equal((await fetch(url("/api/things/7"), { method: "POST", body: sent, headers })).status, 415);
    });

    test("parameters, body and answer pass through a route with every gate", async () => {
      current = keyRoutes([], []);
      const body = JSON.stringify({ name: "lamp" });
      const response = await fetch(url("/api/things/a%20b"), { method: "POST", body, headers: KEY_HEADERS });
      assert.equal(response.status, 201);
      assert.deepEqual(await response.json(), { id: "a b", name: "lamp" });
      assert.equal(response.headers.get("location"), "/api/things/9");
      assert.equal(response.headers.get("cache-control"), "no-store");
      assert.match(response.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/);
      assert.equal((await fetch(url("/api/things/7"), { method: "POST", body })).status, 401);
      assert.equal((await fetch(url("/api/nothing"), { headers: KEY_HEADERS })).status, 404);
      assert.equal((await fetch(url("/api/things/7"), { headers: KEY_HEADERS })).status, 405);
      const options = await fetch(url("/api/things/7"), {
        method: "OPTIONS",
        headers: { origin: "https://else.test" },
      });
      assert.equal(options.headers.get("allow"), "POST, OPTIONS");
      assert.equal(options.headers.get("access-control-allow-origin"), null);
    });

    test("too large a body is answered with 413, by its declared length and as it streams", async () => {
      current = keyRoutes([], []);
      const body = JSON.stringify({ name: "x".repeat(2000) });
      const declared = await fetch(url("/api/things/7"), { method: "POST", body, headers: KEY_HEADERS });
      assert.equal(declared.status, 413);
      const stream = new Blob([body]).stream();
      const streamed = { method: "POST", body: stream, duplex: "half", headers: KEY_HEADERS } as RequestInit;
      assert.equal((await fetch(url("/api/things/7"), streamed)).status, 413);
    });

    test("the client's address is the connection's, and a forwarded one only behind a trusted proxy", async () => {
      const seen: string[] = [];
      const body = JSON.stringify({ name: "lamp" });
      for (const trusted of [[], ["127.0.0.0/8"], ["10.0.0.0/8"]]) {
        current = keyRoutes(seen, trusted);
        const headers = { ...KEY_HEADERS, "x-forwarded-for": "203.0.113.9, 198.51.100.7" };
        assert.equal((await fetch(url("/api/things/7"), { method: "POST", body, headers })).status, 201);
      }
      assert.deepEqual(seen, ["127.0.0.1", "198.51.100.7", "127.0.0.1"]);
    });

    test("the answer's status, headers and each of several cookies arrive", async () => {
      current = async () =>
        new Response("short", {
          status: 418,
          headers: [
            ["content-type", "text/x-own; charset=utf-8"],
            ["set-cookie", "a=1; Path=/; HttpOnly"],
            ["set-cookie", "b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Secure"],
            ["www-authenticate", "Bearer"],
            ["x-own", "1"],
          ],
        });
      const response = await fetch(url("/api/tea"));
      assert.equal(response.status, 418);
      assert.equal(await response.text(), "short");
      assert.equal(response.headers.get("content-type"), "text/x-own; charset=utf-8");
      assert.equal(response.headers.get("www-authenticate"), "Bearer");
      assert.equal(response.headers.get("x-own"), "1");
      assert.deepEqual(response.headers.getSetCookie(), [
        "a=1; Path=/; HttpOnly",
        "b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Secure",
      ]);
    });

    test("a HEAD is handled as one and answered without a body", async () => {
      let method = "";
      current = async (request) => {
        method = request.method;
        return new Response(null, { headers: { "x-own": "1" } });
      };
      const response = await fetch(url("/api/x"), { method: "HEAD" });
      assert.equal(method, "HEAD");
      assert.equal(response.headers.get("x-own"), "1");
      assert.equal((await response.arrayBuffer()).byteLength, 0);
    });

    test("an answer that streams arrives piece by piece", async () => {
      const more = Promise.withResolvers<void>();
      current = async () => {
        const body = new ReadableStream<Uint8Array>({
          async start(controller) {
            controller.enqueue(new TextEncoder().encode("one"));
            await more.promise;
            controller.enqueue(new TextEncoder().encode("two"));
            controller.close();
          },
        });
        return new Response(body, { headers: { "content-type": "text/event-stream" } });
      };
      const response = await fetch(url("/api/stream"));
      const reader = response.body?.getReader();
      assert.ok(reader);
      const first = await reader.read();
      assert.equal(new TextDecoder().decode(first.value), "one");
      more.resolve();
      const second = await reader.read();
      assert.equal(new TextDecoder().decode(second.value), "two");
      assert.equal((await reader.read()).done, true);
    });

    test("the signal aborts when the client hangs up before the answer", async () => {
      const started = Promise.withResolvers<void>();
      const aborted = Promise.withResolvers<void>();
      current = async (request) => {
        request.signal.addEventListener("abort", () => aborted.resolve());
        started.resolve();
        await aborted.promise;
        return new Response();
      };
      const client = httpRequest(url("/api/wait"));
      client.on("error", () => undefined);
      client.end();
      await started.promise;
      client.destroy();
      await aborted.promise;
    });

    test("hanging up in the middle of an answer stops its source", async () => {
      const cancelled = Promise.withResolvers<void>();
      current = async () => {
        const body = new ReadableStream<Uint8Array>({
          pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)),
          cancel: () => cancelled.resolve(),
        });
        return new Response(body);
      };
      const client = httpRequest(url("/api/flood"));
      client.on("error", () => undefined);
      client.end();
      const [answer] = (await once(client, "response")) as [IncomingMessage];
      answer.on("error", () => undefined);
      client.destroy();
      await cancelled.promise;
    });

    test("an error inside a route is answered with a problem document that says nothing of it", async () => {
      const host = fakeHost();
      const rule = { points: 1000, seconds: 60 };
      current = routeKey({
        host,
        manifest: manifestForTest([
          { path: "/api/broken", method: ["GET"], auth: ["api_token"], tenant_scope: "per-request-tenant-id" },
        ]),
        method: "GET",
        path: "/api/broken",
        auth: authenticatorForTest(people),
        tenant: memberTenant(),
        authorize: () => true,
        input: {},
        limit: { address: rule, tenant: rule },
        maxBodyBytes: 0,
        idempotency: "none",
        handler: async () => {
          throw new Error("never said to clients");
        },
      });
      const response = await fetch(url("/api/broken"), { headers: KEY_HEADERS });
      assert.equal(response.status, 500);
      assert.equal(response.headers.get("content-type"), "application/problem+json");
      assert.equal((await response.text()).includes("never said"), false);
      assert.equal(host.reports.length, 1);
    });

    const { startParsed } = adapter;
    if (startParsed !== null) {
      test("a body that something read before the gates is refused, and the report says what to do", async (context) => {
        let handled = 0;
        const told: unknown[] = [];
        const parsed = await startParsed(
          async () => {
            handled += 1;
            return new Response();
          },
          { ...options, report: (error) => void told.push(error) },
        );
        context.after(() => parsed.close());
        const at = `http://127.0.0.1:${parsed.port}/api/hook`;
        const response = await fetch(at, { method: "POST", body: "{}", headers: KEY_HEADERS });
        assert.equal(response.status, 500);
        assert.equal(response.headers.get("content-type"), "application/problem+json");
        assert.equal(handled, 0);
        assert.ok(told[0] instanceof RuntimeError);
        assert.equal(told[0].code, "body_already_read");
        assert.match(told[0].message, /bodyParser: false/);
        assert.equal((await fetch(at)).status, 200, "what has no body loses nothing");
      });
    }

    test("nothing went wrong that nobody was told of", () => {
      assert.deepEqual(reports, []);
    });
  });
}

const quiet = { hosts: "any", maxBodyBytes: MAX_BODY, report: () => undefined } as const;

test("Express's own parser may come first when its verify function keeps the bytes in rawBody", async (context) => {
  const server = await startExpressKeeping(async (request) => new Response(await request.text()), quiet);
  context.after(() => server.close());
  const body = '{ "a":1, "a":2 }';
  const sent = { method: "POST", body, headers: { "content-type": "application/json" } };
  assert.equal(await (await fetch(`http://127.0.0.1:${server.port}/api/x`, sent)).text(), body);
});

test("Fastify's own parsers stay as they were for the application's own routes", async (context) => {
  const fastify = HOSTS.find(({ name }) => name === "Fastify");
  assert.ok(fastify);
  const server = await fastify.start(async () => new Response(), quiet);
  context.after(() => server.close());
  const sent = { method: "POST", body: '{ "a": 1 }', headers: { "content-type": "application/json" } };
  assert.equal(await (await fetch(`http://127.0.0.1:${server.port}/echo`, sent)).text(), '{"a":1}');
});

test("Hono away from Node hands its platform's request over, with the address the platform states", async () => {
  const told: unknown[] = [];
  const options = { ...quiet, hosts: ["site.test"], report: (error: unknown) => void told.push(error) };
  const app = new Hono();
  app.use("/api/read", async (context, next) => {
    await context.req.raw.text();
    await next();
  });
  const peer = ({ req }: { req: { raw: Request } }): string | null => req.raw.headers.get("cf-connecting-ip");
  app.all(
    "/api/*",
    honoHandler(async (request) => new Response(`${peerAddress(request)} ${await request.text()}`), {
      ...options,
      peer,
    }),
  );
  const sent = { method: "POST", body: "bytes", headers: { "cf-connecting-ip": "192.0.2.9" } };
  assert.equal(await (await app.request("https://site.test/api/x", sent)).text(), "192.0.2.9 bytes");
  assert.equal((await app.request("https://else.test/api/x", sent)).status, 421);
  assert.equal((await app.request("https://site.test/api/read", sent)).status, 500);
  assert.ok(told[0] instanceof RuntimeError && told[0].code === "body_already_read");
});

for (const host of ["a@b.test", "a.test/x", "a.test?x", "a.test#x", "[::1", "a b"]) {
  test(`the Host ${host} is refused where any host is answered`, async (context) => {
    const [node] = HOSTS;
    assert.ok(node);
    const server = await node.start(async () => new Response(), quiet);
    context.after(() => server.close());
    const client = httpRequest({ port: server.port, host: "127.0.0.1", path: "/api/x", headers: { host } });
    client.end();
    const [answer] = (await once(client, "response")) as [IncomingMessage];
    answer.resume();
    assert.equal(answer.statusCode, 421);
  });
}
