import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { globalScope, mount, nextAppRouter, publicAccess, routeKey, type Method, type RouteKey } from "../src/index.ts";
import { decodeSegment, pathPattern } from "../src/path/path-pattern.ts";
import { fakeHost, manifestForTest } from "../src/testing/index.ts";
import { codeOf } from "./thing-route.ts";

const host = fakeHost();

function open(method: Method, path: string): RouteKey {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => name);
  return routeKey({
    host,
    manifest: manifestForTest([{ path, method: [method], auth: ["public"], tenant_scope: "global" }], {
      public_reason: "a test",
      global_reason: "a test",
    }),
    method,
    path,
    auth: publicAccess("a test"),
    tenant: globalScope("a test"),
    input: { params: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))) },
    limit: { address: { points: 10, seconds: 60 } },
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async ({ params }) => ({ status: 200, body: { path, params } }),
  });
}

const routes = [
  open("GET", "/api/v1/things"),
  open("POST", "/api/v1/things"),
  open("GET", "/api/v1/things/:id"),
  open("GET", "/api/v1/things/new"),
  open("DELETE", "/api/v1/things/:id/parts/:part"),
];
const mounted = mount(routes);
const ask = (path: string, method = "GET"): Promise<Response> =>
  mounted(new Request(`https://site.test${path}`, { method }));

test("every mounted route can be enumerated", () => {
  assert.deepEqual(mounted.routes, routes);
});

const FOUND: readonly [string, unknown][] = [
  ["/api/v1/things", { path: "/api/v1/things", params: {} }],
  ["/api/v1/things/7", { path: "/api/v1/things/:id", params: { id: "7" } }],
  ["/api/v1/things/new", { path: "/api/v1/things/new", params: {} }],
  ["/api/v1/things/a%20b%C3%A9", { path: "/api/v1/things/:id", params: { id: "a bé" } }],
  ["/api/v1/things/%256e", { path: "/api/v1/things/:id", params: { id: "%6e" } }],
  ["/api/v1/x/../things", { path: "/api/v1/things", params: {} }],
];
for (const [path, answer] of FOUND) {
  test(`${path} is found`, async () => {
    assert.deepEqual(await (await ask(path)).json(), answer);
  });
}

for (const path of [
  "/",
  "/api/v1",
  "/api/v1/things/",
  "//api/v1/things",
  "/api//v1/things",
  "/API/v1/things",
  "/api/v1/%74hings",
  "/api/v1/things/a%2Fb",
  "/api/v1/things/a%5cb",
  "/api/v1/things/..%2f..%2fthings",
  "/api/v1/things/%00",
  "/api/v1/things/%ff",
  "/api/v1/things/%",
  "/api/v1/things/7/parts",
]) {
  test(`${path} is not found`, async () => {
    assert.equal(await codeOf(await ask(path)), "404 not_found");
  });
}

test("a segment that means more than one segment, or none, is no segment", () => {
  for (const raw of ["", ".", "..", "a%2fb", "%2e%2e", "%2E", "a%5Cb", "%00", "%zz", "%c3"]) {
    assert.equal(decodeSegment(raw), null);
  }
  assert.equal(decodeSegment("%252e"), "%2e");
});

test("a literal segment has one spelling", () => {
  const pattern = pathPattern("/api/things/:id");
  assert.deepEqual({ ...pattern.match("/api/things/%37") }, { id: "7" });
  for (const path of ["/api/%74hings/7", "/api/Things/7", "/api/things/7/", "api/things/7", "/x/api/things/7"]) {
    assert.equal(pattern.match(path), null);
  }
});

for (const source of ["", "things", "/", "/a//b", "/a/", "/../a", "/:a/:a", "/:1", "/a b", "/a/:", "/a%2fb", "/a/*"]) {
  test(`the pattern ${JSON.stringify(source)} is refused at construction`, () => {
    assert.throws(() => pathPattern(source), { code: "route_invalid" });
  });
}

test("a known path with another method is 405 and says which are allowed", async () => {
  const response = await ask("/api/v1/things", "PUT");
  assert.equal(response.headers.get("allow"), "GET, HEAD, POST, OPTIONS");
  assert.equal(await codeOf(response), "405 method_not_allowed");
});

test("OPTIONS says which methods are allowed and lets no other origin in", async () => {
  const response = await mounted(
    new Request("https://site.test/api/v1/things", {
      method: "OPTIONS",
      headers: { origin: "https://evil.test", "access-control-request-method": "POST" },
    }),
  );
  assert.equal(response.status, 204);
  assert.equal(response.headers.get("allow"), "GET, HEAD, POST, OPTIONS");
  assert.deepEqual(
    [...response.headers.keys()].filter((name) => name.startsWith("access-control-")),
    [],
  );
  assert.equal((await ask("/unknown", "OPTIONS")).status, 404);
});

test("HEAD answers as GET does, without the body", async () => {
  for (const path of ["/api/v1/things/7", "/unknown"]) {
    const get = await ask(path);
    const head = await ask(path, "HEAD");
    assert.equal(head.status, get.status);
    assert.equal(head.headers.get("content-type"), get.headers.get("content-type"));
    assert.equal(await head.text(), "");
  }
});

test("two routes for the same requests are refused, whatever their parameters are called", () => {
  assert.throws(() => mount([open("GET", "/a/:x"), open("GET", "/a/:y")]), { code: "mount_invalid" });
});

test("every answer, refusals included, is kept from caches, sniffing and frames", async () => {
  for (const response of [
    await ask("/api/v1/things"),
    await ask("/unknown"),
    await ask("/api/v1/things", "PUT"),
    await ask("/api/v1/things", "OPTIONS"),
  ]) {
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    assert.match(response.headers.get("content-security-policy") ?? "", /frame-ancestors 'none'/);
    assert.match(response.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/);
  }
});

test("the Next.js adapter passes each method on, and nothing but the request", async () => {
  const calls: unknown[][] = [];
  const handlers = nextAppRouter(async (...args) => {
    calls.push(args);
    return new Response();
  });
  const request = new Request("https://site.test/");
  for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const) {
    await (handlers[method] as (...args: unknown[]) => Promise<Response>)(request, { params: {} });
  }
  assert.deepEqual(
    calls,
    Array.from({ length: 7 }, () => [request]),
  );
});
