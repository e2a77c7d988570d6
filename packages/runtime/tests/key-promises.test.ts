import assert from "node:assert/strict";
import { test } from "node:test";
import { mount, type RouteKey } from "../src/index.ts";
import { assertKeyPromises, authenticatorForTest, fakeHost, type PromiseFixtures } from "../src/testing/index.ts";
import { people, thing, thingRequest } from "./thing-route.ts";

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

test("an empty mount proves nothing", async () => {
  await assert.rejects(assertKeyPromises(mount([]), fixtures().given), /no route/);
});
