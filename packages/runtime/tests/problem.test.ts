import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { PROBLEM_CODES, Problem } from "../src/index.ts";
import { codeOf, problemOf, thing } from "./thing-route.ts";

// RFC 9457 with our extension members, and nothing else.
const document = z.strictObject({
  type: z.literal("about:blank"),
  title: z.string().min(1),
  status: z.int().min(400).max(599),
  detail: z.string().min(1),
  code: z.string().regex(/^[a-z][a-z0-9_]*$/),
  request_id: z.uuid(),
  errors: z.array(z.strictObject({ path: z.string().min(1) })).optional(),
});

for (const [code, { status, detail }] of Object.entries(PROBLEM_CODES)) {
  test(`${code} is answered with ${status} in the closed schema`, async () => {
    const { send } = thing({
      handler: async () => {
        throw new Problem(code);
      },
    });
    const response = await send();
    const problem = document.parse(await response.json());
    assert.equal(response.status, status);
    assert.equal(response.headers.get("content-type"), "application/problem+json");
    assert.equal(response.headers.get("x-request-id"), problem.request_id);
    assert.equal(response.headers.has("retry-after"), status === 503);
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.deepEqual([problem.status, problem.code, problem.detail], [status, code, detail]);
    assert.notEqual(problem.title, "Error");
  });
}

test("a known code keeps its status, whatever the thrower says", () => {
  assert.equal(new Problem("not_found", { status: 200 }).status, 404);
});

test("a code the route declares is answered with the declared status", async () => {
  const { send } = thing({
    problems: { name_taken: { status: 409, detail: "The name is taken." } },
    handler: async () => {
      throw new Problem("name_taken", { status: 200 });
    },
  });
  const problem = await problemOf(await send());
  assert.deepEqual([problem.status, problem.code, problem.detail], [409, "name_taken", "The name is taken."]);
});

test("a code nobody declared is an internal error, and is reported", async () => {
  const { send, host } = thing({
    handler: async () => {
      throw new Problem("surprise", { detail: "an internal" });
    },
  });
  const response = await send();
  assert.equal(await codeOf(response), "500 internal_error");
  assert.equal(host.reports.length, 1);
});

test("an error that only looks like a problem is an internal error", async () => {
  const { send } = thing({
    handler: async () => {
      throw Object.assign(new Error("x"), { code: "not_found", status: 404 });
    },
  });
  assert.equal(await codeOf(await send()), "500 internal_error");
});

test("a handler cannot weaken the security headers", async () => {
  const { send } = thing({
    handler: async () => ({ status: 200, headers: { "Cache-Control": "public", "x-request-id": "mine" }, body: {} }),
  });
  const response = await send();
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.notEqual(response.headers.get("x-request-id"), "mine");
});

test("each cookie a handler sets is a header of its own", async () => {
  const headers = new Headers([
    ["set-cookie", "a=1"],
    ["set-cookie", "b=2"],
  ]);
  const { send } = thing({ handler: async () => ({ status: 204, headers }) });
  assert.deepEqual((await send()).headers.getSetCookie(), ["a=1", "b=2"]);
});

test("bytes and streams pass as they are, with a content type or not at all", async () => {
  const stream = (): ReadableStream<Uint8Array> => new Blob(["a,b\n"]).stream();
  for (const body of [new TextEncoder().encode("a,b\n"), stream()]) {
    const { send } = thing({ handler: async () => ({ status: 200, headers: { "content-type": "text/csv" }, body }) });
    const response = await send();
    assert.equal(response.headers.get("content-type"), "text/csv");
    assert.equal(await response.text(), "a,b\n");
  }
  const { send } = thing({ handler: async () => ({ status: 200, body: stream() }) });
  assert.equal(await codeOf(await send()), "500 internal_error");
});

test("a header of a problem is said once, however it is spelled, and never over the document's own", async () => {
  const headers = { "Retry-After": "1", "Content-Type": "text/html", "X-Request-Id": "x", "Cache-Control": "public" };
  const { send } = thing({ handler: () => Promise.reject(new Problem("dependency_unavailable", { headers })) });
  const response = await send();
  assert.equal(response.headers.get("retry-after"), "1");
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.notEqual(response.headers.get("x-request-id"), "x");
});

test("a stream that is not sent after all is told so", async () => {
  const told: string[] = [];
  const stream = (why: string): ReadableStream<Uint8Array> =>
    new ReadableStream({
      cancel() {
        told.push(why);
        // Whoever fails at being told changes nothing.
        throw new Error("broken");
      },
    });
  const headers = { "content-type": "text/csv" };
  const silent = thing({ handler: async () => ({ status: 204, headers, body: stream("no content") }) });
  assert.equal((await silent.send()).status, 204);
  const lost = thing({
    handler: async ({ sql }) => {
      await sql.query("select 1");
      return { status: 200, headers, body: stream("no commit") };
    },
  });
  lost.host.faults.add("commit");
  assert.equal((await lost.send()).status, 503);
  const refused = thing({ handler: async () => ({ status: 409, headers, body: stream("refused") }) });
  assert.equal((await refused.send()).status, 409);
  assert.deepEqual(told, ["no content", "no commit", "refused"]);
});
