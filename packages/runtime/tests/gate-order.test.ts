import assert from "node:assert/strict";
import { test } from "node:test";
import { authenticatorForTest, fakeHost } from "../src/testing/index.ts";
import { codeOf, people, thing, TWO } from "./thing-route.ts";

// A request that every gate would refuse, mended one gate at a time: the refusal is always that of the first.
const MENDS = [
  { refused: "405 method_not_allowed", mend: "method" },
  { refused: "413 body_too_large", mend: "size" },
  { refused: "429 rate_limited", mend: "address" },
  { refused: "401 credential_invalid", mend: "credential" },
  { refused: "403 tenant_forbidden", mend: "tenant" },
  { refused: "403 forbidden", mend: "role" },
  { refused: "429 rate_limited", mend: "tenant limit" },
  { refused: "400 invalid_input", mend: "input" },
] as const;

test("a request that is wrong in every way is refused by the gates in the stated order", async () => {
  const mended = new Set<string>();
  const host = fakeHost();
  const { send, reached } = thing({ host, authorize: () => mended.has("role") });
  const attempt = (): Promise<Response> => {
    host.limited.clear();
    if (!mended.has("address")) host.limited.add("address");
    if (!mended.has("tenant limit")) host.limited.add("tenant");
    return send({
      method: mended.has("method") ? "POST" : "PUT",
      headers: {
        "x-test-credential": mended.has("credential") ? "ann" : "stranger",
        "x-tenant-id": mended.has("tenant") ? null : TWO,
        ...(mended.has("size") ? {} : { "content-length": "1001" }),
      },
      body: mended.has("input") ? JSON.stringify({ name: "lamp" }) : JSON.stringify({ name: 7 }),
    });
  };
  for (const { refused, mend } of MENDS) {
    assert.equal(await codeOf(await attempt()), refused);
    assert.equal(reached(), 0);
    assert.deepEqual(host.statements, []);
    mended.add(mend);
  }
  assert.equal((await attempt()).status, 201);
  assert.equal(reached(), 1);
});

test("the limit by address is taken before the credential is looked at, the limit by tenant after it", async () => {
  const host = fakeHost();
  const auth = authenticatorForTest(people);
  const watched = {
    ...auth,
    authenticate: (request: Request, io: Parameters<typeof auth.authenticate>[1]) => {
      host.events.push("authenticate");
      return auth.authenticate(request, io);
    },
  };
  await thing({ host, auth: watched }).send();
  assert.deepEqual(host.events, ["limiter address", "authenticate", "limiter tenant", "begin", "query", "commit"]);
});

test("a refused request opens no transaction", async () => {
  const { send, host } = thing();
  await send({ body: "{}" });
  await send({ headers: { "x-test-credential": null } });
  assert.equal(host.events.includes("begin"), false);
});
