import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { isGranted, isRole, type Permission } from "@meterr/identity";
import type { RouteDefinition } from "@meterr/runtime";
import { createToken } from "@meterr/vault";
import fc from "fast-check";
import { pino } from "pino";
import {
  compose,
  makeOrganisation,
  ORIGIN,
  signedIn,
  type Composed,
  type Organisation,
  type Person,
} from "./support/composed.ts";
import {
  bearer,
  browsing,
  newSecret,
  requestOf,
  ROUTE_CASES,
  type RouteCase,
  type Target,
} from "./support/route-cases.ts";

// Random credentials, organisations, bodies and queries at every mounted route, against the real database: whatever is
// answered below 400 had a credential, a membership, a right and a schema behind it, and nobody reads another's rows.

/** Requests to each route; fewer where a password is hashed, which takes its time on purpose. */
const RUNS = 12;
const HASHING_RUNS = 4;

/** Somebody who asks: what they show, and what the server's records say of them. */
interface Caller {
  readonly name: string;
  headers(route: RouteDefinition): Record<string, string>;
  readonly query?: string;
  /** False when what they show proves nobody. */
  proves(route: RouteDefinition): boolean;
  /** Role by organisation. */
  readonly roles: Readonly<Record<string, string>>;
}

let world: Composed;
let mine: Organisation;
let theirs: Organisation;
let eve: Person;
let callers: Caller[] = [];
const logs: string[] = [];
/** In every text of the other organisation that a route could give back. */
const canary = `canary-${randomBytes(9).toString("hex")}`;
const secrets: string[] = [];

before(async () => {
  world = await compose(pino({ level: "trace" }, { write: (line: string) => void logs.push(line) }));
  eve = await signedIn(world.dashboard.identity, "Eve");
  mine = await world.organisation();
  theirs = await makeOrganisation(world.database, eve);
  await plant();
  callers = makeCallers();
});
after(() => world?.close());

async function plant(): Promise<void> {
  await theirs.createVirtualKey();
  const secret = { ...newSecret(), name: `${canary} secret`, secret: `sk-${canary}` };
  const sealing = { path: "/api/v1/provider-secrets", body: secret };
  assert.equal((await world.send(requestOf("POST", sealing, bearer(theirs.tokens.owner)))).status, 201);
  await theirs.arrange(async (sql) => {
    await sql.query("update organisations set name = $1 where org_id = $2", [`${canary} org`, theirs.orgId]);
    await sql.query("update members set name = $1 where org_id = $2", [`${canary} member`, theirs.orgId]);
    await sql.query("update virtual_keys set name = $1 where org_id = $2", [`${canary} key`, theirs.orgId]);
  });
}

function makeCallers(): Caller[] {
  const always = (): boolean => true;
  const never = (): boolean => false;
  const shows = (headers: Record<string, string>) => (): Record<string, string> => headers;
  const { owner } = mine.tokens;
  const reads = ({ method, auth }: RouteDefinition): boolean => method === "GET" || auth.kind === "public";
  secrets.push(
    ...Object.values(mine.tokens),
    ...Object.values(theirs.tokens),
    world.ada.jwt,
    world.ada.cookie,
    `sk-${canary}`,
  );
  return [
    { name: "nobody", headers: shows({}), proves: never, roles: {} },
    { name: "a made-up token", headers: () => bearer(createToken("api", randomBytes).token), proves: never, roles: {} },
    { name: "a cut token", headers: shows(bearer(owner.slice(0, -1))), proves: never, roles: {} },
    { name: "a token in the query", headers: shows({}), query: `access_token=${owner}`, proves: never, roles: {} },
    { name: "a changed JWT", headers: shows(bearer(`${world.ada.jwt.slice(0, -4)}AAAA`)), proves: never, roles: {} },
    {
      name: "two credentials",
      headers: shows({ ...browsing(world.ada.cookie), ...bearer(owner) }),
      proves: never,
      roles: {},
    },
    {
      name: "Ada from another site",
      headers: shows({ cookie: world.ada.cookie, origin: "https://evil.test" }),
      proves: reads,
      roles: { [mine.orgId]: "owner" },
    },
    {
      name: "Ada from nowhere",
      headers: shows({ cookie: world.ada.cookie }),
      proves: reads,
      roles: { [mine.orgId]: "owner" },
    },
    {
      name: "Ada in a browser",
      headers: shows(browsing(world.ada.cookie)),
      proves: always,
      roles: { [mine.orgId]: "owner" },
    },
    { name: "Ada by JWT", headers: shows(bearer(world.ada.jwt)), proves: always, roles: { [mine.orgId]: "owner" } },
    { name: "Grace, a member nowhere", headers: shows(browsing(world.grace.cookie)), proves: always, roles: {} },
    {
      name: "Eve, of the other organisation",
      headers: shows(bearer(eve.jwt)),
      proves: always,
      roles: { [theirs.orgId]: "owner" },
    },
    ...(["owner", "admin", "developer", "viewer"] as const).map((role): Caller => ({
      name: `a token of ${role}`,
      headers: shows(bearer(mine.tokens[role])),
      proves: always,
      roles: { [mine.orgId]: role },
    })),
  ];
}

const TENANTS = ["none", "mine", "theirs", "unknown", "no id"] as const;
function tenantHeader(tenant: (typeof TENANTS)[number]): string | null {
  const named = { none: null, mine: mine.orgId, theirs: theirs.orgId, unknown: randomUUID(), "no id": "' or true --" };
  return named[tenant];
}

/** The organisation the gates must have chosen, or null when they must have refused. */
function organisationOf(caller: Caller, header: string | null): string | null {
  const own = Object.keys(caller.roles);
  if (header !== null) return own.includes(header) ? header : null;
  return own.length === 1 ? (own[0] ?? null) : null;
}

type Change = (body: Record<string, unknown> | undefined) => { text: string | null; type: string };
const json = (value: unknown): { text: string | null; type: string } => ({
  text: JSON.stringify(value),
  type: "application/json",
});
const CLAIMS = ["role", "org_id", "tenantId", "is_admin", "price", "owner_id", "permissions", "entitlements"];

const changes: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constant<Change>((body) =>
      body === undefined ? { text: null, type: "application/json" } : json(body),
    ),
  },
  fc.jsonValue().map(
    (value): Change =>
      () =>
        json(value),
  ),
  fc.record({ at: fc.nat(20), value: fc.jsonValue() }).map(({ at, value }): Change => (body = {}) => {
    const names = Object.keys(body);
    const name = names[at % Math.max(1, names.length)] ?? "name";
    return json({ ...body, [name]: value });
  }),
  fc.constantFrom(...CLAIMS).map(
    (claim): Change =>
      (body) =>
        json({ ...body, [claim]: "owner" }),
  ),
  fc.string({ maxLength: 40 }).map((text): Change => () => ({ text, type: "application/json" })),
  fc.constant<Change>((body) => ({ ...json(body ?? {}), type: "text/plain" })),
);
const queries = fc.oneof(
  { weight: 4, arbitrary: fc.constant("") },
  fc.constantFrom(
    "limit=1",
    "limit=0",
    "limit=x",
    "org_id=x",
    "role=owner",
    "limit=1&limit=2",
    "%zz",
    "cursor=%00",
    "__proto__=1",
  ),
  fc
    .dictionary(fc.string({ maxLength: 6 }), fc.string({ maxLength: 12 }), { maxKeys: 2 })
    .map((pairs) => String(new URLSearchParams(pairs))),
);

interface Asked {
  readonly caller: Caller;
  readonly tenant: (typeof TENANTS)[number];
  readonly change: Change;
  readonly query: string;
  /** Whose the thing is that the address names. */
  readonly whose: "mine" | "theirs";
}

function caseOf({ method, path }: RouteDefinition): RouteCase {
  const found = ROUTE_CASES[`${method} ${path}`];
  assert.ok(found, `no case for ${method} ${path}`);
  return found;
}

function build(
  route: RouteDefinition,
  target: Target,
  asked: Asked,
): { request: Request; text: string | null; query: string } {
  const { caller, tenant, change } = asked;
  const { text, type } = route.method === "GET" ? { text: null, type: "" } : change(target.body);
  const query = [caller.query ?? "", asked.query].filter((part) => part !== "").join("&");
  const header = tenantHeader(tenant);
  const headers: Record<string, string> = { ...caller.headers(route) };
  if (header !== null) headers["x-tenant-id"] = header;
  if (text !== null) headers["content-type"] = type;
  const mark = target.path.includes("?") ? "&" : "?";
  const request = new Request(`${ORIGIN}${target.path}${query === "" ? "" : mark + query}`, {
    method: route.method,
    headers,
    ...(text === null ? {} : { body: text }),
  });
  return { request, text: type === "text/plain" ? "" : text, query };
}

/** What was not in order about a request that was answered below 400. */
async function wanting(route: RouteDefinition, asked: Asked, text: string | null, query: string): Promise<string[]> {
  const { caller, tenant, whose } = asked;
  const missing: string[] = [];
  if (route.auth.kind !== "public" && !caller.proves(route)) missing.push("a credential");
  const org = organisationOf(caller, tenantHeader(tenant));
  if (route.tenant.kind === "member") {
    if (org === null) missing.push("a membership");
    const role = org === null ? undefined : caller.roles[org];
    const granted = isRole(role ?? "") && isGranted(role as never, route.permission as Permission);
    if (!granted) missing.push(`the right to ${route.permission ?? "anything"}`);
    const owner = whose === "mine" ? mine.orgId : theirs.orgId;
    if (route.path.includes(":") && org !== owner) missing.push("the thing it names");
  }
  if (!(await holds(route.input.body, () => JSON.parse(text ?? "") as unknown, text === null || text === "")))
    missing.push("a body");
  if (!(await holds(route.input.query, () => Object.fromEntries(new URLSearchParams(query)), query === "")))
    missing.push("a query");
  return missing;
}

async function holds(schema: RouteDefinition["input"]["body"], read: () => unknown, absent: boolean): Promise<boolean> {
  if (schema === undefined) return absent;
  try {
    return (await schema["~standard"].validate(read())).issues === undefined;
  } catch {
    return false;
  }
}

test("nothing is answered below 400 unless credential, membership, right and schema hold, and nobody reads another's rows", async () => {
  let [passed, refused] = [0, 0];
  for (const { definition } of world.dashboard.api.routes) {
    const name = `${definition.method} ${definition.path}`;
    // Whoever is invited would join, and be a member from then on.
    const invited = caseOf(definition).by === "grace";
    const hashes = definition.auth.kind === "public" && definition.method === "POST";
    const asks = fc.record<Asked>({
      caller: fc.constantFrom(...callers.filter((caller) => !invited || !caller.name.startsWith("Grace"))),
      tenant: fc.constantFrom(...TENANTS),
      change: changes,
      query: queries,
      whose: fc.constantFrom("mine", "theirs"),
    });
    await fc.assert(
      fc.asyncProperty(asks, async (asked) => {
        const organisation = asked.whose === "mine" ? mine : theirs;
        const target = await caseOf(definition).target(world, { organisation, role: "owner" });
        const { request, text, query } = build(definition, target, asked);
        const answer = await world.send(request);
        const at = `${name} by ${asked.caller.name}, tenant ${asked.tenant}, of ${asked.whose}, answered ${answer.status}`;
        assert.ok(answer.status < 500, `${at} ${answer.text}`);
        if (answer.status < 400) {
          assert.deepEqual(await wanting(definition, asked, text, query), [], at);
          passed += 1;
        } else refused += 1;
        // An invitation is its own credential: whoever has it may read whose it is.
        const reads = theirs.orgId in asked.caller.roles || definition.tenant.kind === "global";
        const said = `${answer.text} ${JSON.stringify([...answer.headers])}`;
        if (!reads) assert.equal(said.includes(canary), false, `${at} and gave away another organisation's row`);
      }),
      { numRuns: hashes ? HASHING_RUNS : RUNS, endOnFailure: true },
    );
  }
  assert.ok(passed > 15 && refused > 200, `${passed} passed and ${refused} were refused`);
  const log = logs.join("\n");
  for (const secret of [canary, ...secrets]) assert.equal(log.includes(secret), false, "a log holds what it must not");
});

test("the other organisation's own people do read what was planted there", async () => {
  const found = new Set<string>();
  for (const path of ["/api/v1/members", "/api/v1/virtual-keys", "/api/v1/provider-secrets", "/api/v1/me"]) {
    const answer = await world.send(requestOf("GET", { path }, bearer(theirs.tokens.owner)));
    if (answer.text.includes(canary)) found.add(path);
  }
  assert.equal(found.size, 4, [...found].join());
});
