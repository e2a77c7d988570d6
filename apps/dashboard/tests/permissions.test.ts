import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isGranted, PERMISSIONS, ROLES, type Permission } from "@meterr/identity";
import type { RouteDefinition } from "@meterr/runtime";
import { compose, type Composed, type Organisation } from "./support/composed.ts";
import { bearer, requestOf, ROUTE_CASES, type RouteCase } from "./support/route-cases.ts";

let world: Composed;
let organisation: Organisation;
before(async () => {
  world = await compose();
  organisation = await world.organisation();
});
after(() => world?.close());

function caseOf({ method, path }: RouteDefinition): RouteCase {
  const found = ROUTE_CASES[`${method} ${path}`];
  assert.ok(found, `no case for ${method} ${path}`);
  return found;
}

function isPermission(name: string | null): name is Permission {
  return name !== null && Object.hasOwn(PERMISSIONS, name);
}

for (const role of ROLES) {
  test(`each route answers the ${role} as the permission table says, and a refusal writes nothing`, async () => {
    const seen = { allowed: 0, refused: 0, writesRefused: 0 };
    for (const { definition } of world.dashboard.api.routes) {
      const { method, path, permission } = definition;
      if (definition.auth.kind === "public") continue;
      const found = caseOf(definition);
      const target = await found.target(world, { organisation, role });
      if (found.allows === undefined) assert.ok(isPermission(permission), `${method} ${path} is in no cell`);
      const allowed = found.allows?.(role) ?? (isPermission(permission) && isGranted(role, permission));
      const before = await world.fingerprint();
      const answer = await world.send(requestOf(method, target, bearer(organisation.tokens[role])));
      const at = `${role}: ${method} ${path} answered ${answer.status}`;
      if (allowed) {
        assert.ok(answer.status < 400, `${at}: ${answer.text}`);
        seen.allowed += 1;
        continue;
      }
      assert.deepEqual([answer.status, answer.code], [403, "forbidden"], at);
      assert.equal(await world.fingerprint(), before, `${at} and wrote something`);
      seen.refused += 1;
      if (method !== "GET") seen.writesRefused += 1;
    }
    assert.ok(seen.allowed > 0 && seen.refused > 0, "the table has no two sides");
    if (role === "viewer") assert.ok(seen.writesRefused >= 12, "a viewer's writes were not asked");
  });
}
