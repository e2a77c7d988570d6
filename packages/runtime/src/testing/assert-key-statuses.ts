import assert from "node:assert/strict";
import type { Mounted } from "../mount.ts";
import type { RouteDefinition } from "../route.ts";
import type { PromiseFixtures } from "./assert-key-promises.ts";
import { CREDENTIALS, withBody, withHeader, without, withParams, withQuery } from "./change-request.ts";
import type { Fault } from "./faulty-host.ts";

export interface StatusFixtures extends PromiseFixtures {
  /** A request of somebody whose credential holds and whose role does not suffice; null where every role does. */
  withoutRight(route: RouteDefinition): Request | null | Promise<Request | null>;
  /**
   * What a route answers for reasons of its own alone: a request that is answered so, by `METHOD /path/:id` and status
   * or, of a problem that the route declares, its code.
   */
  readonly provoked?: Readonly<Record<string, Readonly<Record<string | number, () => Request | Promise<Request>>>>>;
  /** Declared problems that no request alone provokes, such as another service's outage: their codes, by route. */
  readonly elsewhere?: Readonly<Record<string, readonly string[]>>;
}

/**
 * Every status a route can answer, provoked for every route enumerated from the mount: what its gates refuse, what its
 * host's outages and its own mistakes become, and what its `problems` declare. A route without fixtures, or with a status
 * nobody knows how to provoke, fails. Resolves to the table of routes and statuses.
 */
export async function assertKeyStatuses(
  mounted: Mounted,
  fixtures: StatusFixtures,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const table = new Map<string, readonly number[]>();
  assert.ok(mounted.routes.length > 0, "no route is mounted");
  const names = new Set(mounted.routes.map(({ definition }) => nameOf(definition)));
  for (const name of Object.keys({ ...fixtures.provoked, ...fixtures.elsewhere })) {
    assert.ok(names.has(name), `${name} is to be provoked, and is not mounted`);
  }
  for (const { definition } of mounted.routes) {
    const proved = await assertRoute(mounted, definition, fixtures);
    table.set(
      nameOf(definition),
      [...proved].toSorted((a, b) => a - b),
    );
  }
  return table;
}

async function assertRoute(mounted: Mounted, route: RouteDefinition, fixtures: StatusFixtures): Promise<Set<number>> {
  const { host } = fixtures;
  const name = nameOf(route);
  const proved = new Set<number>();
  const codes = new Set<string>();
  const unsent = await fixtures.request(route);
  const fit = (): Request => unsent.clone();

  async function refused(status: number, code: string | null, request: Request, planted?: Fault): Promise<void> {
    host.events.length = 0;
    if (planted !== undefined) host.faults.add(planted);
    const response = await mounted(request).finally(() => planted !== undefined && host.faults.delete(planted));
    const at = `${name} was to answer ${status} ${code ?? ""}`;
    assert.equal(response.status, status, `${at}, not ${response.status}`);
    const problem = (await response.json()) as { status?: unknown; code?: unknown };
    assert.equal(problem.status, status, at);
    if (code !== null) assert.equal(problem.code, code, at);
    assert.equal(response.headers.get("content-type"), "application/problem+json", at);
    assert.equal(host.events.includes("commit"), false, `${at} and had an effect`);
    if (status === 429 || status === 503) assert.ok(Number(response.headers.get("retry-after")) > 0, at);
    if (status === 405) assert.ok(response.headers.get("allow")?.split(", ").includes(route.method), at);
    proved.add(status);
    codes.add(String(problem.code));
  }

  const absent = route.path.includes(":") && route.auth.kind !== "webhook";
  await refused(400, "invalid_input", withQuery("org_id=x")(fit()));
  if (route.auth.kind !== "public") await refused(401, "credential_required", without(CREDENTIALS)(fit()));
  if (route.tenant.kind === "member") {
    await refused(403, "tenant_forbidden", withHeader(route.tenant.header, crypto.randomUUID())(fit()));
  }
  const stranger = route.auth.kind === "public" ? null : await fixtures.withoutRight(route);
  if (stranger !== null) await refused(403, "forbidden", stranger);
  if (absent) await refused(404, null, withParams(route.path, () => crypto.randomUUID())(fit()));
  await refused(405, "method_not_allowed", new Request(unsent.url, { method: "TRACE_" }));
  await refused(413, "body_too_large", withHeader("content-length", String(route.maxBodyBytes + 1))(fit()));
  if (route.input.body !== undefined) {
    await refused(415, "unsupported_media_type", withHeader("content-type", "text/plain")(fit()));
  }
  for (const limited of route.limit.tenant === undefined ? (["address"] as const) : (["address", "tenant"] as const)) {
    host.limited.add(limited);
    await refused(429, "rate_limited", fit()).finally(() => host.limited.delete(limited));
  }
  await refused(503, "limiter_unavailable", fit(), "limiter");
  if (route.idempotency === "accepted") await assertIdempotency(mounted, route, fixtures, refused);
  if (route.replay?.kind === "claim") proved.add(await replayed(mounted, fit()));

  host.events.length = 0;
  const control = await mounted(route.replay === null ? fit() : await fixtures.request(route));
  assert.ok(control.status < 400, `positive control: ${name} answered ${control.status}`);
  if (host.events.includes("query")) {
    await refused(503, "database_unavailable", await fixtures.request(route), "query");
    await refused(500, "internal_error", await fixtures.request(route), "defect");
  }
  for (const [what, provoke] of Object.entries(fixtures.provoked?.[name] ?? {})) {
    const status = route.problems[what]?.status ?? Number(what);
    await refused(status, status === Number(what) ? null : what, await provoke());
  }
  // By code: its status alone may be a gate's.
  const elsewhere = fixtures.elsewhere?.[name] ?? [];
  for (const code of elsewhere) assert.ok(code in route.problems, `${name} declares no ${code}`);
  for (const [code, { status }] of Object.entries(route.problems)) {
    if (elsewhere.includes(code)) continue;
    assert.ok(codes.has(code), `${name} declares ${status} ${code}, and nothing provokes it`);
  }
  return proved;
}

/** 409 while another request holds the key, 422 when the key was another request's. */
async function assertIdempotency(
  mounted: Mounted,
  route: RouteDefinition,
  fixtures: StatusFixtures,
  refused: (status: number, code: string, request: Request, planted?: Fault) => Promise<void>,
): Promise<void> {
  const keyed = withHeader("idempotency-key", crypto.randomUUID());
  await refused(409, "idempotency_in_progress", keyed(await fixtures.request(route)), "busy");
  if (route.input.body === undefined) return;
  const first = keyed(await fixtures.request(route));
  // The same JSON, and another request all the same.
  const other = withBody(`${await first.clone().text()} `)(first.clone());
  assert.ok((await mounted(first)).status < 400, `${nameOf(route)} takes no Idempotency-Key`);
  await refused(422, "idempotency_key_reused", other);
}

/** What a second attempt of the same delivery hears. */
async function replayed(mounted: Mounted, request: Request): Promise<number> {
  const again = request.clone();
  assert.ok((await mounted(request)).status < 400);
  const { status } = await mounted(again);
  assert.ok(status === 200 || status === 409, `a replay was answered ${status}`);
  return status;
}

const nameOf = ({ method, path }: RouteDefinition): string => `${method} ${path}`;
