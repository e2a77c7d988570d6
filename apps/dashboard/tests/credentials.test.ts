import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { RouteDefinition } from "@meterr/runtime";
import { compose, type Answer, type Composed, type Organisation } from "./support/composed.ts";
import { bearer, browsing, invite, newEmail, requestOf, ROUTE_CASES, type Target } from "./support/route-cases.ts";

let world: Composed;
let mine: Organisation;
let theirs: Organisation;
before(async () => {
  world = await compose();
  mine = await world.organisation();
  theirs = await world.organisation();
});
after(() => world?.close());

/** The refusal expected of a route, or null when the question does not arise for it. */
type Ask = (route: RouteDefinition, target: Target) => { request: Request; status: number; code: string } | null;

/** For every route: refused so, as a problem document with the request's id, and no row of any table is different. */
async function refusedEverywhere(least: number, ask: Ask, whose: () => Organisation = () => mine): Promise<void> {
  let asked = 0;
  for (const { definition } of world.dashboard.api.routes) {
    const { method, path } = definition;
    const found = ROUTE_CASES[`${method} ${path}`];
    assert.ok(found, `no case for ${method} ${path}`);
    const expected = ask(definition, await found.target(world, { organisation: whose(), role: "owner" }));
    if (expected === null) continue;
    asked += 1;
    const before = await world.fingerprint();
    const answer = await world.send(expected.request);
    const at = `${method} ${path}: ${answer.text}`;
    assert.deepEqual([answer.status, answer.code], [expected.status, expected.code], at);
    assertProblem(answer, at);
    assert.equal(await world.fingerprint(), before, `${at}, and wrote something`);
  }
  assert.ok(asked >= least, `only ${asked} routes were asked`);
}

function assertProblem(answer: Answer, at: string): void {
  assert.equal(answer.headers.get("content-type"), "application/problem+json", at);
  assert.equal(answer.body["request_id"], answer.headers.get("x-request-id"), at);
  assert.equal(answer.body["status"], answer.status, at);
}

const isPublic = ({ auth }: RouteDefinition): boolean => auth.kind === "public";
const isWrite = ({ method }: RouteDefinition): boolean => method !== "GET";

test("without a credential every route but the public ones is 401", () =>
  refusedEverywhere(25, (route, target) =>
    isPublic(route) ? null : { request: requestOf(route.method, target), status: 401, code: "credential_required" },
  ));

test("a credential that is none is 401 on every route", () =>
  refusedEverywhere(25, (route, target) =>
    isPublic(route)
      ? null
      : {
          request: requestOf(route.method, target, bearer(`mtr_api_${"x".repeat(38)}`)),
          status: 401,
          code: "credential_invalid",
        },
  ));

test("two credentials are refused on every route, each of them valid", () =>
  refusedEverywhere(25, (route, target) =>
    isPublic(route)
      ? null
      : {
          request: requestOf(route.method, target, { ...browsing(world.ada.cookie), ...bearer(mine.tokens.owner) }),
          status: 401,
          code: "credential_conflict",
        },
  ));

test("a credential in the query is refused on every route, public ones included", () =>
  refusedEverywhere(28, (route, target) => {
    const inQuery = { ...target, path: `${target.path}?api_key=${mine.tokens.owner}` };
    const headers = isPublic(route) ? {} : bearer(mine.tokens.owner);
    return { request: requestOf(route.method, inQuery, headers), status: 401, code: "credential_in_query" };
  }));

test("naming an organisation one is no member of is 403 on every route of a tenant", () =>
  refusedEverywhere(22, (route, target) =>
    route.tenant.kind === "member"
      ? {
          request: requestOf(route.method, target, { ...bearer(mine.tokens.owner), "x-tenant-id": theirs.orgId }),
          status: 403,
          code: "tenant_forbidden",
        }
      : null,
  ));

test("what belongs to another organisation is reported as not found, like what never was", async () => {
  for (const whose of [() => theirs, () => mine]) {
    await refusedEverywhere(
      9,
      (route, target) => {
        if (!route.path.includes(":id")) return null;
        const id = /[0-9a-f-]{36}/.exec(target.path)?.[0] ?? "";
        const path = whose() === theirs ? target.path : target.path.replace(id, randomUUID());
        return {
          request: requestOf(route.method, { ...target, path }, bearer(mine.tokens.owner)),
          status: 404,
          code: "not_found",
        };
      },
      whose,
    );
  }
});

test("a write with the session cookie and no Origin, or a foreign one, is refused on every route", async () => {
  for (const from of [{}, { origin: "https://evil.example" }, { origin: "null" }, { "sec-fetch-site": "cross-site" }]) {
    await refusedEverywhere(15, (route, target) => {
      if (!isWrite(route) || isPublic(route)) return null;
      const headers = { cookie: world.ada.cookie, "x-tenant-id": mine.orgId, ...from };
      return { request: requestOf(route.method, target, headers), status: 403, code: "cross_origin_refused" };
    });
  }
});

test("a public write from another site is refused", () =>
  refusedEverywhere(2, (route, target) =>
    isWrite(route) && isPublic(route)
      ? {
          request: requestOf(route.method, target, { origin: "https://evil.example" }),
          status: 403,
          code: "cross_origin_refused",
        }
      : null,
  ));

test("a member of several organisations must say which, on every route of a tenant", () =>
  refusedEverywhere(22, (route, target) =>
    route.tenant.kind === "member"
      ? {
          request: requestOf(route.method, target, browsing(world.ada.cookie)),
          status: 400,
          code: "tenant_required",
        }
      : null,
  ));

for (const kind of ["session", "jwt"] as const) {
  test(`positive control: a ${kind} with the organisation named passes every route`, async () => {
    for (const { definition } of world.dashboard.api.routes) {
      if (isPublic(definition)) continue;
      const found = ROUTE_CASES[`${definition.method} ${definition.path}`];
      const { ada, grace } = world;
      const organisation = await world.organisation();
      const target = (await found?.target(world, { organisation, role: "owner" })) ?? { path: "" };
      const person = found?.by === "grace" ? grace : ada;
      const headers = kind === "session" ? browsing(person.cookie) : bearer(person.jwt);
      const named = found?.by === "grace" ? {} : { "x-tenant-id": organisation.orgId };
      const answer = await world.send(requestOf(definition.method, target, { ...headers, ...named }));
      assert.ok(answer.status < 400, `${definition.method} ${definition.path}: ${answer.text}`);
    }
  });
}

test("an invitation lets in nobody but whom it names", async () => {
  const { token } = await invite(mine, newEmail());
  const before = await world.fingerprint();
  const target = { path: "/api/v1/invitations/join", body: { token } };
  const answer = await world.send(requestOf("POST", target, browsing(world.grace.cookie)));
  assert.deepEqual([answer.status, answer.code], [403, "invitation_for_another"]);
  assert.equal(await world.fingerprint(), before);
});
