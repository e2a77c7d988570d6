import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { Mounted, RouteDefinition } from "@meterr/runtime";
import { assertKeyPromises } from "@meterr/runtime/testing";
import { ORIGIN, type Caller, type TestHost } from "./module-host.ts";

/** A module mounted on a test host. */
export type MountedModule = TestHost & { readonly routes: Mounted };

export interface ModulePromises<World extends MountedModule> {
  open(): Promise<World>;
  /** A fresh request for each route, by `METHOD /path/:id`, that passes every gate; what it acts on is made first. */
  readonly cases: Readonly<Record<string, (world: World, as: Caller) => Promise<Request>>>;
  /** Whether the route writes into the audit log; without that record no effect of it may stand. */
  isRecorded(route: RouteDefinition): boolean;
}

/** Tests of what every route of every module promises. To be called at the root of a test file. */
export function testModulePromises<World extends MountedModule>(module: ModulePromises<World>): void {
  let world: World;
  before(async () => void (world = await module.open()));
  after(() => world.close());

  function acceptable(route: RouteDefinition): Promise<Request> {
    const make = module.cases[nameOf(route)];
    assert.ok(make, `no case for ${nameOf(route)}`);
    return make(world, { org: world.one, role: "owner" });
  }

  /** The same, made by a host without faults, as if long before. */
  async function arranged(route: RouteDefinition): Promise<Request> {
    const faults = [...world.host.faults];
    const { identityBroken } = world;
    world.host.faults.clear();
    world.identityBroken = false;
    const request = await acceptable(route);
    for (const fault of faults) world.host.faults.add(fault);
    world.identityBroken = identityBroken;
    world.host.events.length = 0;
    return request;
  }

  /** For every route: the changed request is refused so, and no row of any table is different. */
  async function refusedEverywhere(
    change: (request: Request, route: RouteDefinition) => Request | null,
    status: number,
    code: string,
  ): Promise<void> {
    let refused = 0;
    for (const { definition } of world.routes.routes) {
      const changed = change(await acceptable(definition), definition);
      if (changed === null) continue;
      refused++;
      const kept = await world.dump();
      const answer = await world.send(world.routes, changed);
      assert.deepEqual([answer.status, answer.body.code], [status, code], nameOf(definition));
      assert.equal(await world.dump(), kept, `${nameOf(definition)} wrote something`);
    }
    assert.ok(refused > 0, "no route was asked");
  }

  void test("every route of key.json is mounted and has a case", () => {
    assert.deepEqual(
      world.routes.routes.map(({ definition }) => nameOf(definition)).sort(),
      Object.keys(module.cases).sort(),
    );
  });

  void test("every route keeps the promises S1, S2, S3, S5 and S12", async () => {
    await assertKeyPromises(world.routes, {
      host: world.host,
      request: arranged,
      breakIdentity: (broken) => void (world.identityBroken = broken),
    });
  });

  void test("two credentials are refused, whichever would have been enough", () =>
    refusedEverywhere(withHeader("cookie", `session=${world.cookie}`), 401, "credential_conflict"));

  void test("a credential nobody issued is refused", () =>
    refusedEverywhere(withHeader("authorization", `Bearer mtr_api_${"0".repeat(38)}`), 401, "credential_invalid"));

  void test("an organisation beyond the memberships is refused", () =>
    refusedEverywhere(withHeader("x-tenant-id", world.two.orgId), 403, "tenant_forbidden"));

  void test("a member of two organisations must say which", () =>
    refusedEverywhere(
      (request) => {
        request.headers.delete("authorization");
        request.headers.set("cookie", `session=${world.cookie}`);
        request.headers.set("origin", ORIGIN);
        return request;
      },
      400,
      "tenant_required",
    ));

  void test("a body that grows past its bound is cut off", () =>
    refusedEverywhere(
      withBody((route) => endless(route.maxBodyBytes)),
      413,
      "body_too_large",
    ));

  for (const [what, body] of [
    ["broken", '{"name":'],
    ["with __proto__", '{"__proto__":{"role":"owner"}}'],
    ["with a member twice", '{"name":"a","name":"b"}'],
    ["empty", ""],
  ] as const) {
    void test(`JSON that is ${what} is refused`, () =>
      refusedEverywhere(
        withBody(() => body),
        400,
        "malformed_json",
      ));
  }

  void test("an unknown field is refused without repeating its name or value", async () => {
    for (const { definition } of world.routes.routes) {
      const request = await acceptable(definition);
      if (definition.input.body === undefined) continue;
      const fit = (await request.clone().json()) as Record<string, unknown>;
      const body = { ...fit, org_id: world.two.orgId, zz_unknown: "planted-value" };
      const kept = await world.dump();
      const changed = new Request(request.url, {
        method: request.method,
        headers: request.headers,
        body: JSON.stringify(body),
      });
      const answer = await world.send(world.routes, changed);
      assert.deepEqual([answer.status, answer.body.errors], [400, [{ path: "body" }]], nameOf(definition));
      assert.doesNotMatch(answer.text, /zz_unknown|planted-value/);
      assert.equal(await world.dump(), kept);
    }
  });

  void test("a method the path does not have is 405 and names those it has", async () => {
    for (const { definition } of world.routes.routes) {
      const request = await acceptable(definition);
      const answer = await world.send(
        world.routes,
        new Request(request.url, { method: "PUT", headers: request.headers }),
      );
      assert.equal(answer.status, 405, nameOf(definition));
      assert.ok(answer.headers.get("allow")?.includes(definition.method));
    }
  });

  void test("an id that is no uuid is 400, one that never was is 404", async () => {
    for (const { definition } of world.routes.routes) {
      if (!definition.path.includes(":id")) continue;
      for (const [id, status] of [
        ["1", 400],
        ["%00", 404],
        ["' or true --", 400],
        [randomUUID(), 404],
      ] as const) {
        const request = await acceptable(definition);
        const url = request.url.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, encodeURI(id).replace("%2500", "%00"));
        const body = definition.input.body === undefined ? {} : { body: await request.text() };
        const kept = await world.dump();
        const answer = await world.send(
          world.routes,
          new Request(url, { method: request.method, headers: request.headers, ...body }),
        );
        assert.equal(answer.status, status, `${nameOf(definition)} with ${id}`);
        assert.equal(await world.dump(), kept);
      }
    }
  });

  void test("a fault leaves no row, and without its record no effect stands", async () => {
    for (const fault of ["database", "query", "commit", "limiter", "clock", "address", "audit"] as const) {
      for (const { definition } of world.routes.routes) {
        if (fault === "audit" && !module.isRecorded(definition)) continue;
        const request = await acceptable(definition);
        const kept = await world.dump();
        world.host.faults.add(fault);
        const answer = await world.send(world.routes, request).finally(() => world.host.faults.delete(fault));
        // An audit log that refuses is our own mistake, not an outage.
        assert.equal(answer.status, fault === "audit" ? 500 : 503, `${fault}: ${nameOf(definition)}`);
        assert.doesNotMatch(answer.text, /planted|57P01/);
        assert.equal(await world.dump(), kept, `${fault}: ${nameOf(definition)} wrote something`);
      }
    }
  });
}

const nameOf = ({ method, path }: RouteDefinition): string => `${method} ${path}`;

const withHeader = (name: string, value: string) => (request: Request) => {
  request.headers.set(name, value);
  return request;
};
const withBody =
  (body: (route: RouteDefinition) => string | ReadableStream<Uint8Array>) =>
  (request: Request, route: RouteDefinition): Request | null =>
    route.input.body === undefined
      ? null
      : new Request(request.url, {
          method: request.method,
          headers: request.headers,
          body: body(route),
          duplex: "half",
        });

/** One byte more than allowed, in pieces, with no length declared. */
function endless(bytes: number): ReadableStream<Uint8Array> {
  let left = bytes + 1;
  return new ReadableStream({
    pull(controller) {
      if (left <= 0) return controller.close();
      const size = Math.min(left, 1024);
      left -= size;
      controller.enqueue(new Uint8Array(size).fill(0x20));
    },
  });
}
