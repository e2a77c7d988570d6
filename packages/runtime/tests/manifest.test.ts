import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { z } from "zod";
import {
  anyOf,
  globalScope,
  keyManifestSchema,
  keyModule,
  MANIFEST_VERSIONS,
  memberTenant,
  parseManifest,
  publicAccess,
  routeKey,
  type Authenticator,
  type KeyManifest,
  type PublicAccess,
  type RouteKey,
  type TenantScope,
} from "../src/index.ts";
import { authenticatorForTest, fakeHost, manifestForTest } from "../src/testing/index.ts";

const path = "/api/v1/things";
const entry = { path, method: ["GET"], auth: ["api_token"], tenant_scope: "per-request-tenant-id" } as const;
const declared = { ...entry, method: [...entry.method], auth: [...entry.auth], description: "A route." };

const published = async (name: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(new URL(`../schema/${name}`, import.meta.url), "utf8")) as Record<string, unknown>;

test("the published JSON Schema is the schema that is enforced, and stands under its version too", async () => {
  const enforced: unknown = JSON.parse(JSON.stringify(z.toJSONSchema(keyManifestSchema)));
  assert.deepEqual(await published("key.schema.json"), enforced);
  assert.deepEqual(await published(`versions/key-${MANIFEST_VERSIONS.at(-1) ?? ""}.schema.json`), enforced);
});

/** Without its annotations, which bind nobody. */
const constraints = (schema: unknown): unknown =>
  JSON.parse(JSON.stringify(schema, (name, value: unknown) => (name === "description" ? undefined : value)));

test("a later version of the schema only adds fields, and none that is required", async () => {
  for (const [index, version] of MANIFEST_VERSIONS.slice(1).entries()) {
    const earlier = await published(`versions/key-${MANIFEST_VERSIONS[index] ?? ""}.schema.json`);
    const later = await published(`versions/key-${version}.schema.json`);
    const { schema_version: _, ...fields } = earlier["properties"] as Record<string, unknown>;
    for (const [field, schema] of Object.entries(fields)) {
      assert.deepEqual(
        constraints((later["properties"] as Record<string, unknown>)[field]),
        constraints(schema),
        field,
      );
    }
    assert.deepEqual(later["required"], earlier["required"]);
  }
});

test("a key.json of the first version is read as ever, and jobs need the second", () => {
  const declaration = { key_type: ["job" as const], jobs: [{ name: "a.b", description: "x" }] };
  assert.equal(manifestForTest([], declaration).jobs?.length, 1);
  assert.throws(() => manifestForTest([], { ...declaration, schema_version: "1.0.0" }), { message: /write "1\.1\.0"/ });
  assert.equal(manifestForTest([declared], { schema_version: "1.0.0" }).schema_version, "1.0.0");
});

test("a manifest without any one of its required fields is refused, and the field is named", () => {
  const whole = manifestForTest([declared]);
  for (const field of Object.keys(whole)) {
    const { [field as keyof KeyManifest]: _, ...rest } = whole;
    assert.throws(() => parseManifest(rest), new RegExp(`manifest_invalid|${field}`));
  }
});

const UNSOUND: readonly [string, Record<string, unknown>][] = [
  ["an unknown field", { tenant: "global" }],
  ["a slug with a path in it", { slug: "../x" }],
  ["an unknown kind", { key_type: ["daemon"] }],
  ["no kind", { key_type: [] }],
  ["a version that is none", { version: "1" }],
  ["a table with SQL in it", { tables: ["x; drop table y"] }],
  ["an environment name in lower case", { required_env: ["path"] }],
  ["another schema version", { schema_version: "2.0.0" }],
  ["routes without the word for them", { key_type: ["data"] }],
  ["jobs without the word for them", { jobs: [{ name: "a.b", description: "x" }] }],
  ["a global scope without a reason", { tenant_scope: "global" }],
  ["a public route without a reason", { exposed_routes: [{ ...declared, auth: ["public"], tenant_scope: "global" }] }],
  ["a global route without a reason", { exposed_routes: [{ ...declared, tenant_scope: "global" }] }],
  ["a public route that has a tenant", { exposed_routes: [{ ...declared, auth: ["public"] }], public_reason: "x" }],
  [
    "a public route that takes credentials",
    {
      exposed_routes: [{ ...declared, auth: ["public", "jwt"], tenant_scope: "global" }],
      public_reason: "x",
      global_reason: "x",
    },
  ],
];
for (const [what, change] of UNSOUND) {
  test(`a manifest with ${what} is refused`, () => {
    assert.throws(() => parseManifest({ ...manifestForTest([declared]), ...change }), { code: "manifest_invalid" });
  });
}

const FIXES: readonly [string, Record<string, unknown>, RegExp][] = [
  ["a field left out", { slug: undefined }, /slug: add it, a string/],
  ["a field of another type", { tables: "x" }, /tables: make it a array/],
  ["a field misspelt", { requiredEnv: [] }, /take out "requiredEnv", or did you mean "required_env"\?/],
  ["a word that is none of the list", { tenant_scope: "tenant" }, /tenant_scope: write "per-request-tenant-id" or /],
  ["a slug in capitals", { slug: "Stripe" }, /slug: write lower-case words joined by hyphens/],
  ["a list with nothing in it", { key_type: [] }, /key_type: do not leave it empty/],
  ["a name that is too long", { license_spdx: "x".repeat(65) }, /license_spdx: 64 at most/],
  ["an environment name in lower case", { optional_env: ["path"] }, /optional_env\.0: write upper-case names/],
];
for (const [what, change, fix] of FIXES) {
  test(`the message about ${what} says the fix`, () => {
    assert.throws(() => parseManifest({ ...manifestForTest([declared]), ...change }), {
      code: "manifest_invalid",
      message: fix,
    });
  });
}

interface Parts {
  readonly manifest?: KeyManifest;
  readonly auth?: Authenticator | PublicAccess;
  readonly tenant?: TenantScope;
  readonly change?: Record<string, unknown>;
}

function build({ manifest = manifestForTest([declared]), auth, tenant, change = {} }: Parts = {}): RouteKey {
  return routeKey({
    host: fakeHost(),
    manifest,
    method: "GET",
    path,
    auth: auth ?? authenticatorForTest({}),
    tenant: tenant ?? memberTenant(),
    authorize: () => true,
    input: {},
    limit: { address: { points: 1, seconds: 1 }, tenant: { points: 1, seconds: 1 } },
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async () => ({ status: 200 }),
    ...change,
  });
}

const openEntry = { ...declared, auth: ["public" as const], tenant_scope: "global" as const };
const openManifest = manifestForTest([openEntry], { public_reason: "asked by probes", global_reason: "no rows" });

const DISAGREE: readonly [string, Parts][] = [
  ["a route it does not declare", { manifest: manifestForTest([{ ...declared, path: "/api/v1/else" }]) }],
  ["a method it does not declare", { manifest: manifestForTest([{ ...declared, method: ["POST"] }]) }],
  ["a route it declares twice", { manifest: manifestForTest([declared, declared]) }],
  ["another credential", { auth: authenticatorForTest({}, "session") }],
  ["one credential more", { auth: anyOf(authenticatorForTest({}), authenticatorForTest({}, "jwt")) }],
  ["no credential at all", { auth: { ...authenticatorForTest({}), kinds: [] } }],
  ["a kind of credential that is none", { auth: { ...authenticatorForTest({}), kinds: ["api_token", "x" as "jwt"] } }],
  ["public access it does not declare", { auth: publicAccess("x"), tenant: globalScope("x") }],
  ["a credential where it declares public access", { manifest: openManifest, tenant: globalScope("no rows") }],
  ["a global scope it does not declare", { tenant: globalScope("x") }],
  [
    "another reason for public access",
    { manifest: openManifest, auth: publicAccess("because"), tenant: globalScope("no rows") },
  ],
  [
    "another reason for the global scope",
    { manifest: openManifest, auth: publicAccess("asked by probes"), tenant: globalScope("because") },
  ],
];
for (const [what, parts] of DISAGREE) {
  test(`key.json refuses ${what}`, () => {
    assert.throws(() => build(parts), { code: "manifest_disagrees" });
  });
}

test("a host takes those of the declared credentials that it has, and is asked for no stand-ins", async () => {
  const manifest = manifestForTest([{ ...declared, auth: ["session", "jwt", "api_token"] }]);
  const [token, bearer] = [authenticatorForTest({}), authenticatorForTest({}, "jwt")];
  for (const auth of [token, bearer, anyOf(token, bearer)])
    assert.equal(build({ manifest, auth }).definition.auth, auth);
  for (const auth of [
    authenticatorForTest({}, "service_account"),
    anyOf(token, authenticatorForTest({}, "service_account")),
  ]) {
    assert.throws(() => build({ manifest, auth }), {
      code: "manifest_disagrees",
      message: /key\.json says auth session, jwt, api_token and the route takes/,
    });
  }
});

test("a route that agrees with key.json is built, public and global ones included", () => {
  assert.equal(build().definition.path, path);
  const open = build({
    manifest: openManifest,
    auth: publicAccess("asked by probes"),
    tenant: globalScope("no rows"),
    change: { authorize: undefined },
  });
  assert.equal(open.definition.auth.kind, "public");
});

const INVALID: readonly [string, Record<string, unknown>][] = [
  ["an unknown method", { method: "TRACE" }],
  ["no word on who is allowed", { authorize: undefined }],
  ["public access under a tenant", { auth: publicAccess("x") }],
  ["a GET with a body", { input: { body: z.string() } }],
  ["path parameters without a schema", { path: "/api/v1/things/:id" }],
  ["an Idempotency-Key on GET", { idempotency: "accepted" }],
  ["no limit by tenant", { limit: { address: { points: 1, seconds: 1 } } }],
  ["a limit of nothing", { limit: { address: { points: 0, seconds: 1 }, tenant: { points: 1, seconds: 1 } } }],
  ["an endless body", { maxBodyBytes: Number.POSITIVE_INFINITY }],
  ["a problem code that is the runtime's", { problems: { not_found: { status: 404, detail: "x" } } }],
  ["a problem that is no error", { problems: { fine: { status: 200, detail: "x" } } }],
];
for (const [what, change] of INVALID) {
  test(`a route with ${what} is refused at construction`, () => {
    assert.throws(() => build({ change }), { code: "route_invalid" });
  });
}

test("a module is its manifest and exactly the routes that declares", () => {
  const manifest = manifestForTest([declared]);
  const route = build({ manifest });
  assert.deepEqual(keyModule({ manifest, routes: [route] }).routes, [route]);
  assert.throws(() => keyModule({ manifest, routes: [] }), { code: "manifest_disagrees" });
  assert.throws(() => keyModule({ manifest: manifestForTest([declared]), routes: [route] }), {
    code: "manifest_disagrees",
  });
});

test("opting out without a reason is refused", () => {
  assert.throws(() => publicAccess(" "), TypeError);
  assert.throws(() => globalScope("\t"), TypeError);
});
