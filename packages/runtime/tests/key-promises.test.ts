import assert from "node:assert/strict";
import { test } from "node:test";
import { mount, Problem, type RouteKey } from "../src/index.ts";
import {
  assertKeyPromises,
  assertKeyStatuses,
  authenticatorForTest,
  fakeHost,
  type PromiseFixtures,
  type StatusFixtures,
} from "../src/testing/index.ts";
import { people, thing, thingRequest, type ThingOptions } from "./thing-route.ts";

function fixtures(): { route: RouteKey; given: PromiseFixtures } {
  const host = fakeHost();
  const auth = authenticatorForTest(people);
  const { route } = thing({ host, auth });
  const given = {
    host,
    request: () => thingRequest(),
    breakIdentity: (broken: boolean) => void (auth.broken = broken),
  };
  return { route, given };
}

test("a route made by routeKey keeps the promises", async () => {
  const { route, given } = fixtures();
  await assertKeyPromises(mount([route]), given);
});

const definition = (): RouteKey["definition"] => fixtures().route.definition;
const BROKEN: readonly [string, RegExp, (sound: RouteKey, request: Request) => Promise<Response>][] = [
  [
    "needs no credential",
    /S2 no credential: POST .* answered 201/,
    (sound, request) => {
      request.headers.set("x-test-credential", "ann");
      return sound(request);
    },
  ],
  [
    "believes the tenant header",
    /S1 organisation beyond the memberships: POST .* answered 201/,
    (sound, request) => {
      request.headers.delete("x-tenant-id");
      return sound(request);
    },
  ],
  ["refuses everything", /positive control: POST .* answered 404/, async () => Response.json({}, { status: 404 })],
];
for (const [what, message, broken] of BROKEN) {
  test(`a route that ${what} is found out`, async () => {
    const { route, given } = fixtures();
    const route_ = Object.assign((request: Request) => broken(route, request), { definition: definition() });
    await assert.rejects(assertKeyPromises(mount([route_]), given), { message });
  });
}

const statuses = (given: PromiseFixtures): StatusFixtures => ({ ...given, withoutRight: () => null });

/** Knows thing 7 alone. */
function things(problems: ThingOptions["problems"] = {}): { route: RouteKey; given: StatusFixtures } {
  const host = fakeHost();
  const auth = authenticatorForTest(people);
  const { route } = thing({
    host,
    auth,
    problems,
    handler: async ({ sql, params }) => {
      if (params.id !== "7") throw new Problem("not_found");
      await sql.query("insert into things");
      return { status: 201 };
    },
  });
  const breakIdentity = (broken: boolean): void => void (auth.broken = broken);
  return { route, given: statuses({ host, breakIdentity, request: () => thingRequest() }) };
}

test("a route made by routeKey answers every status it can", async () => {
  const { route, given } = things();
  const table = await assertKeyStatuses(mount([route]), given);
  assert.deepEqual([...table.values()], [[400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503]]);
});

test("a problem that nothing provokes, a limit that does not bind and an id that always is are found out", async () => {
  const sold = things({ sold_out: { status: 410, detail: "Gone" } });
  await assert.rejects(assertKeyStatuses(mount([sold.route]), sold.given), /410 sold_out, and nothing provokes it/);
  // 409 is what a busy Idempotency-Key is answered, too.
  const taken = things({ name_taken: { status: 409, detail: "Taken" } });
  await assert.rejects(assertKeyStatuses(mount([taken.route]), taken.given), /409 name_taken, and nothing provokes it/);
  const name = "POST /api/v1/things/:id";
  const provokes = (code: string) => ({ ...taken.given, provoked: { [name]: { [code]: () => thingRequest() } } });
  await assert.rejects(assertKeyStatuses(mount([taken.route]), provokes("name_taken")), /was to answer 409 name_taken/);
  const table = await assertKeyStatuses(mount([taken.route]), {
    ...taken.given,
    elsewhere: { [name]: ["name_taken"] },
  });
  assert.ok(table.has(name));
  const misspelt = { ...taken.given, provoked: { "POST /api/v1/thing": {} } };
  await assert.rejects(assertKeyStatuses(mount([taken.route]), misspelt), /is not mounted/);
  const { route, given } = things();
  const unlimited = (request: Request): Promise<Response> => {
    given.host.limited.clear();
    return route(request);
  };
  const { definition: unchanged } = route;
  const unbound = Object.assign(unlimited, { definition: unchanged });
  await assert.rejects(assertKeyStatuses(mount([unbound]), given), /was to answer 429/);
  const known = fixtures();
  await assert.rejects(assertKeyStatuses(mount([known.route]), statuses(known.given)), /was to answer 404/);
});

test("an empty mount proves nothing", async () => {
  await assert.rejects(assertKeyPromises(mount([]), fixtures().given), /no route/);
  await assert.rejects(assertKeyStatuses(mount([]), statuses(fixtures().given)), /no route/);
});
