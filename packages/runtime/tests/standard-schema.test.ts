import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { suite, test } from "node:test";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { memberTenant, routeKey, type RouteKey } from "../src/index.ts";
import { authenticatorForTest, fakeHost, manifestForTest } from "../src/testing/index.ts";
import { people, problemOf } from "./thing-route.ts";

interface Body {
  title: string;
  minutes?: number | undefined;
  labels: string[];
}

/** The same input, as each library writes it. Each is told to refuse, or to drop, what it does not know. */
const LIBRARIES: readonly {
  readonly name: string;
  readonly body: StandardSchemaV1<unknown, Body>;
  readonly params: StandardSchemaV1<unknown, { id: string }>;
  readonly query: StandardSchemaV1<unknown, { page: number }>;
  readonly slow: StandardSchemaV1<unknown, Body>;
}[] = [
  {
    name: "Zod",
    body: z.object({
      title: z.string().min(1).max(40).trim(),
      minutes: z.int().min(1).optional(),
      labels: z.array(z.string().max(10)),
    }),
    params: z.object({ id: z.string().regex(/^t-\d+$/) }),
    query: z.object({ page: z.coerce.number().int().min(1).default(1) }),
    slow: z
      .object({ title: z.string(), labels: z.array(z.string()) })
      .refine(async ({ title }) => (await Promise.resolve(title)) !== "taken", { path: ["title"] }),
  },
  {
    name: "Valibot",
    body: v.object({
      title: v.pipe(v.string(), v.minLength(1), v.maxLength(40), v.trim()),
      minutes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
      labels: v.array(v.pipe(v.string(), v.maxLength(10))),
    }),
    params: v.object({ id: v.pipe(v.string(), v.regex(/^t-\d+$/)) }),
    query: v.object({ page: v.optional(v.pipe(v.string(), v.transform(Number), v.integer(), v.minValue(1)), "1") }),
    slow: v.pipeAsync(
      v.object({ title: v.string(), labels: v.array(v.string()) }),
      v.forwardAsync(
        v.checkAsync(async ({ title }) => (await Promise.resolve(title)) !== "taken"),
        ["title"],
      ),
    ),
  },
  {
    name: "ArkType",
    body: type({
      "+": "delete",
      title: type("1 <= string <= 40").pipe((text) => text.trim()),
      "minutes?": "number.integer >= 1",
      labels: "(string <= 10)[]",
    }),
    params: type({ "+": "reject", id: /^t-\d+$/ }),
    query: type({
      "+": "delete",
      page: type("string.integer.parse").to("number >= 1").default("1"),
    }),
    // ArkType has no answer that comes later.
    slow: type({
      "+": "delete",
      title: type("string").narrow((text, context) => text !== "taken" || context.mustBe("free")),
      labels: "string[]",
    }),
  },
];

for (const { name, body, params, query, slow } of LIBRARIES) {
  suite(`input checked by ${name}`, () => {
    const seen: { body: Body; id: string; page: number }[] = [];
    const host = fakeHost();
    const make = (schema: StandardSchemaV1<unknown, Body>): RouteKey =>
      routeKey({
        host,
        manifest: manifestForTest([
          { path: "/things/:id", method: ["POST"], auth: ["api_token"], tenant_scope: "per-request-tenant-id" },
        ]),
        method: "POST",
        path: "/things/:id",
        auth: authenticatorForTest(people),
        tenant: memberTenant(),
        authorize: () => true,
        input: { body: schema, params, query },
        limit: { address: { points: 9, seconds: 9 }, tenant: { points: 9, seconds: 9 } },
        maxBodyBytes: 2000,
        idempotency: "none",
        handler: async (context) => {
          seen.push({ body: context.body, id: context.params.id, page: context.query.page });
          return { status: 200 };
        },
      });
    const route = make(body);
    const send = (value: unknown, path = "/things/t-1", to = route): Promise<Response> => {
      const headers = { "x-test-credential": "ann", "content-type": "application/json" };
      return to(new Request(`https://site.test${path}`, { method: "POST", headers, body: JSON.stringify(value) }));
    };
    const sound = { title: " lamp ", labels: ["a"] };

    test("what the schema gives reaches the handler: transformed, defaulted, and nothing beside it", async () => {
      assert.equal((await send({ ...sound, note: "unknown" }, "/things/t-7?page=3")).status, 200);
      assert.deepEqual(seen.pop(), { body: { title: "lamp", labels: ["a"] }, id: "t-7", page: 3 });
      assert.equal((await send({ ...sound, minutes: 5 })).status, 200);
      assert.deepEqual(seen.pop(), { body: { title: "lamp", labels: ["a"], minutes: 5 }, id: "t-1", page: 1 });
    });

    test("what it refuses is 400 with the fields' paths, and no value of them", async () => {
      const canary = randomBytes(8).toString("hex");
      for (const [value, path, field] of [
        [{ ...sound, title: canary.repeat(4) }, "/things/t-1", "body.title"],
        [{ ...sound, minutes: canary }, "/things/t-1", "body.minutes"],
        [{ ...sound, labels: ["ok", canary] }, "/things/t-1", "body.labels.1"],
        [{ labels: [canary] }, "/things/t-1", "body.title"],
        [[canary], "/things/t-1", null],
        [canary, "/things/t-1", "body"],
        [null, "/things/t-1", "body"],
        [sound, `/things/${canary}`, "params.id"],
        [sound, `/things/t-1?page=${canary}`, "query.page"],
      ] as const) {
        const response = await send(value, path);
        assert.equal(response.status, 400);
        const problem = await problemOf(response);
        assert.equal(problem.code, "invalid_input");
        assert.ok(problem.errors !== undefined && problem.errors.length > 0);
        if (field !== null)
          assert.ok(
            problem.errors.some((error) => error.path === field),
            JSON.stringify(problem),
          );
        assert.equal(JSON.stringify(problem).includes(canary), false);
      }
      assert.deepEqual(seen, []);
    });

    test("a claim to authority that no schema reads is refused aloud", async () => {
      for (const claim of ["role", "org_id", "tenantId", "isAdmin", "price", "owner"]) {
        assert.equal((await send({ ...sound, [claim]: "x" })).status, 400, claim);
        assert.equal((await send(sound, `/things/t-1?${claim}=x`)).status, 400, claim);
      }
      assert.deepEqual(seen, []);
    });

    test("a rule of the application's own holds, whether it is told at once or later", async () => {
      const route_ = make(slow);
      assert.equal((await send({ title: "free", labels: [] }, "/things/t-1", route_)).status, 200);
      seen.length = 0;
      const refused = await send({ title: "taken", labels: [] }, "/things/t-1", route_);
      assert.equal(refused.status, 400);
      assert.deepEqual((await problemOf(refused)).errors, [{ path: "body.title" }]);
      assert.deepEqual(seen, []);
    });
  });
}
