import assert from "node:assert/strict";
import { test } from "node:test";
import { createBridgeSide } from "../src/bridge/bridge.ts";

const side = () =>
  createBridgeSide({
    publicUrl: "https://meterr.example",
    gatewayUrl: "https://gateway.example",
    sandboxAvailable: true,
  });

test("a page asks with the visitor's cookie and address, and with nothing else", async () => {
  const bridge = side();
  let seen: Request | undefined;
  const open = bridge.open((request) => {
    seen = request;
    return Promise.resolve(Response.json({ visitor: bridge.visitorOf(request) }));
  });
  const answer = await bridge.asVisitor("192.0.2.7", () => open.fetch("/api/v1/me", { cookie: "s=1", tenantId: "t" }));
  assert.deepEqual(await answer.json(), { visitor: "192.0.2.7" });
  assert.equal(seen?.url, "https://meterr.example/api/v1/me");
  assert.deepEqual([...(seen?.headers.keys() ?? [])], ["accept", "cookie", "x-tenant-id"]);
});

test("a write says that this site sent it", async () => {
  const bridge = side();
  const open = bridge.open((request) => Promise.resolve(Response.json({ origin: request.headers.get("origin") })));
  const answer = await bridge.asVisitor("192.0.2.7", () => open.fetch("/api/v1/x", { method: "POST", cookie: "" }));
  assert.deepEqual(await answer.json(), { origin: "https://meterr.example" });
});

test("outside a visitor's page, and to anything but /api/v1, the bridge cannot be crossed", async () => {
  const bridge = side();
  const open = bridge.open(() => Promise.reject(new Error("reached")));
  await assert.rejects(open.fetch("/api/v1/me", { cookie: "" }), TypeError);
  for (const path of [
    "/api/auth/get-session",
    "//evil.example/api/v1/",
    "https://evil.example/api/v1/me",
    "/healthz",
  ]) {
    await assert.rejects(
      bridge.asVisitor("192.0.2.7", () => open.fetch(path, { cookie: "" })),
      TypeError,
      path,
    );
  }
});

test("a request that did not come over the bridge has no visitor", () => {
  assert.equal(side().visitorOf(new Request("https://meterr.example/api/v1/me")), undefined);
});

test("two visitors at once are not mixed up", async () => {
  const bridge = side();
  const open = bridge.open(async (request) => {
    await new Promise((resolve) => setImmediate(resolve));
    return Response.json(bridge.visitorOf(request));
  });
  const visit = (address: string) =>
    bridge.asVisitor(address, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return (await open.fetch("/api/v1/me", { cookie: "" })).json();
    });
  assert.deepEqual(await Promise.all([visit("192.0.2.1"), visit("192.0.2.2")]), ["192.0.2.1", "192.0.2.2"]);
});
