import assert from "node:assert/strict";
import type { Mounted } from "../mount.ts";
import type { RouteDefinition } from "../route.ts";
import { CREDENTIALS, same, withBody, withHeader, without, withQuery } from "./change-request.ts";
import type { FaultyHost } from "./faulty-host.ts";

export interface PromiseFixtures {
  /** The host every route was made with. */
  readonly host: FaultyHost;
  /** A fresh request that passes every gate of the route and is answered below 400. */
  request(route: RouteDefinition): Request | Promise<Request>;
  /** Makes every look-up of credentials throw, or work again. */
  breakIdentity(broken: boolean): void;
}

/**
 * S1, S2, S3, S5 and S12 for every route enumerated from the mount, each beside a positive control.
 * Rejects with an AssertionError that names the route and the promise.
 */
export async function assertKeyPromises(mounted: Mounted, fixtures: PromiseFixtures): Promise<void> {
  assert.ok(mounted.routes.length > 0, "no route is mounted");
  for (const { definition } of mounted.routes) await assertRoute(mounted, definition, fixtures);
}

async function assertRoute(mounted: Mounted, route: RouteDefinition, fixtures: PromiseFixtures): Promise<void> {
  const { host } = fixtures;
  const name = `${route.method} ${route.path}`;

  async function refused(promise: string, change: (request: Request) => Request, statuses: readonly number[]) {
    host.events.length = 0;
    const response = await mounted(change(await fixtures.request(route)));
    const at = `${promise}: ${name}`;
    assert.ok(statuses.includes(response.status), `${at} answered ${response.status}, not ${statuses.join(" or ")}`);
    assert.equal(host.events.includes("commit"), false, `${at} had an effect`);
    assert.equal(
      response.headers.get("content-type"),
      "application/problem+json",
      `${at} answered no problem document`,
    );
    const problem = (await response.json()) as { request_id?: unknown };
    assert.equal(problem.request_id, response.headers.get("x-request-id"), `${at} has no request id`);
    if (response.status === 503) assert.ok(response.headers.has("retry-after"), `${at} does not say when to come back`);
  }
  /** Refused before any transaction. */
  async function kept(promise: string, change: (request: Request) => Request, statuses: readonly number[]) {
    await refused(promise, change, statuses);
    assert.equal(host.events.includes("begin"), false, `${promise}: ${name} reached the database`);
  }

  host.events.length = 0;
  const control = await mounted(await fixtures.request(route));
  assert.ok(control.status < 400, `positive control: ${name} answered ${control.status}`);
  const usesDatabase = host.events.includes("begin");
  const changesRows = host.events.includes("commit");

  if (route.auth.kind !== "public") {
    await kept("S2 no credential", without(CREDENTIALS), [401]);
    await kept("S2 credential in the query", withQuery("access_token=x"), [401]);
    await withFault(fixtures, () => kept("S5 identity", same, [503]));
  }
  if (route.tenant.kind === "member") {
    const { header } = route.tenant;
    await kept("S1 organisation beyond the memberships", withHeader(header, crypto.randomUUID()), [403]);
  }
  await kept("S3 declared length", withHeader("content-length", String(route.maxBodyBytes + 1)), [413]);
  await kept("S3 unknown query", withQuery("org_id=x"), [400]);
  if (route.auth.kind === "webhook") {
    // What a schema would refuse is refused before it: nobody signed it.
    await kept("S2 another body than the signed one", withBody("{}"), [401]);
  } else if (route.input.body !== undefined) {
    await kept("S3 wrong type", withBody('"text"'), [400]);
    await kept("S3 member twice", withBody('{"a":1,"a":1}'), [400]);
    await kept("S3 content type", withHeader("content-type", "text/plain"), [415]);
  }
  if (route.replay?.kind === "claim") {
    const first = await fixtures.request(route);
    const again = first.clone();
    assert.ok((await mounted(first)).status < 400);
    host.events.length = 0;
    const { status } = await mounted(again);
    assert.ok(status === 200 || status === 409, `replay: ${name} answered ${status}, not 200 or 409`);
    assert.equal(host.events.includes("commit"), false, `replay: ${name} had a second effect`);
  }
  for (const fault of ["limiter", "address", "clock"] as const) {
    await planted(host, fault, () => kept(`S5 ${fault}`, same, [503]));
  }
  if (usesDatabase) {
    for (const fault of ["database", "query"] as const) {
      await planted(host, fault, () => refused(`S5 ${fault}`, same, [503]));
    }
  }
  if (changesRows) await planted(host, "commit", () => refused("S5 commit", same, [503]));
}

async function planted(
  host: FaultyHost,
  fault: "limiter" | "address" | "clock" | "database" | "query" | "commit",
  run: () => Promise<void>,
) {
  host.faults.add(fault);
  try {
    await run();
  } finally {
    host.faults.delete(fault);
  }
}

async function withFault(fixtures: PromiseFixtures, run: () => Promise<void>): Promise<void> {
  fixtures.breakIdentity(true);
  try {
    await run();
  } finally {
    fixtures.breakIdentity(false);
  }
}
