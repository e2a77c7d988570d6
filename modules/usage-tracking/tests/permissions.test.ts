import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CASES } from "./support/cases.ts";
import { ROLES } from "@meterr/database/testing";
import { openWorld, USAGE, type World } from "./support/world.ts";

let world: World;
before(async () => void (world = await openWorld()));
after(() => world.close());

/** Written out by hand, so that a change of the permission table shows here. */
const ALLOWED: Readonly<Record<string, string>> = {
  [`GET ${USAGE}/events`]: "owner admin developer viewer",
  [`GET ${USAGE}/refusals`]: "owner admin developer viewer",
  [`GET ${USAGE}/summary`]: "owner admin developer viewer",
  [`POST ${USAGE}`]: "owner admin developer",
};

for (const [route, make] of Object.entries(CASES)) {
  for (const role of ROLES) {
    const allowed = ALLOWED[route]?.split(" ").includes(role) ?? false;
    test(`${role}: ${route} is ${allowed ? "allowed" : "forbidden and has no effect"}`, async () => {
      const request = await make(world, { org: world.one, role });
      const kept = await world.dump();
      const answer = await world.send(world.routes, request);
      if (allowed) return assert.ok(answer.status < 300, `${answer.status} ${answer.text}`);
      assert.deepEqual([answer.status, answer.body.code], [403, "forbidden"]);
      assert.equal(await world.dump(), kept);
    });
  }
}
