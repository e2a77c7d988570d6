import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import {
  dataKey,
  declaredEnvironment,
  jobKey,
  idempotencyKeysTable,
  jobRunsTable,
  keyModule,
  memberTenant,
  routeKey,
  serviceAccount,
  transactionSetting,
  type KeyManifest,
  type KeyModuleParts,
} from "../src/index.ts";
import { authenticatorForTest, fakeHost, manifestForTest } from "../src/testing/index.ts";

const whole: Partial<KeyManifest> = {
  key_type: ["route", "job", "data", "ui", "integration"],
  jobs: [{ name: "things.sweep", description: "Sweeps." }],
  tables: ["things", "job_runs", "webhook_claims"],
  required_env: ["THINGS_SECRET"],
  optional_env: ["THINGS_REGION"],
  side_effects: ["writes things"],
};
const route = { path: "/api/v1/things", method: ["GET" as const], auth: ["api_token" as const] };
const declare = (change: Partial<KeyManifest> = {}): KeyManifest =>
  manifestForTest(
    [{ ...route, method: [...route.method], auth: [...route.auth], tenant_scope: "per-request-tenant-id" }],
    {
      ...whole,
      ...change,
    },
  );

/** Every part a manifest can declare, each made with `manifest`. */
function partsOf(manifest: KeyManifest, read: readonly string[] = ["THINGS_SECRET", "THINGS_REGION"]) {
  const rule = { points: 1, seconds: 1 };
  const environment = declaredEnvironment(manifest, { THINGS_SECRET: "x" });
  for (const name of read) {
    if (manifest.required_env.includes(name)) environment.required(name);
    else environment.optional(name);
  }
  return {
    manifest,
    routes: [
      routeKey({
        host: fakeHost(),
        manifest,
        method: "GET",
        path: route.path,
        auth: authenticatorForTest({}),
        tenant: memberTenant(),
        authorize: () => true,
        input: {},
        limit: { address: rule, tenant: rule },
        maxBodyBytes: 0,
        idempotency: "none",
        handler: async () => ({ status: 200 }),
      }),
    ],
    jobs: [
      jobKey({
        host: fakeHost(),
        manifest,
        name: "things.sweep",
        serviceAccount: serviceAccount({
          id: "a",
          issuer: "worker",
          scope: ["things.sweep"],
          expiresAt: new Date(0),
          membership: async () => null,
        }),
        tenants: () => [],
        idempotencyKey: () => "k",
        timeout: { milliseconds: 1 },
        retry: { attempts: 1, delayMs: () => 0 },
        handler: async () => undefined,
      }),
    ],
    data: [
      dataKey({
        manifest,
        tables: [{ name: "things", tenantColumn: "org_id" }],
        assumptions: { tenant: transactionSetting() },
        up: "create",
        down: "drop",
      }),
    ],
    otherTables: ["webhook_claims"],
    ui: [{ definition: { manifest, name: "things" } }],
    integrations: [{ definition: { manifest, name: "things" } }],
    environment,
    sideEffects: ["writes things"],
  } satisfies KeyModuleParts;
}

test("a module whose key.json and parts agree is built, with nothing left unproved", () => {
  const module = keyModule(partsOf(declare()));
  assert.deepEqual(module.unproved, []);
  assert.deepEqual([module.routes.length, module.jobs.length, module.data.length, module.ui.length], [1, 1, 1, 1]);
});

test("what key.json declares and nothing vouches for is named, with its fix", () => {
  const { manifest, routes, jobs } = partsOf(declare());
  const { unproved } = keyModule({ manifest, routes, jobs });
  for (const word of ['"data"', '"ui"', '"integration"', "tables", "environment", "side_effects"]) {
    assert.equal(unproved.filter((line) => line.includes(word)).length > 0, true, word);
  }
});

const without = (parts: KeyModuleParts, field: "routes" | "jobs" | "data"): KeyModuleParts => ({
  ...parts,
  [field]: [],
});

const DISAGREE: readonly [string, () => KeyModuleParts, RegExp][] = [
  [
    "a declared route that was not built",
    () => without(partsOf(declare()), "routes"),
    /was not built: build it with routeKey/,
  ],
  [
    "a declared job that was not built",
    () => without(partsOf(declare()), "jobs"),
    /things\.sweep .* build it with jobKey/,
  ],
  [
    "a declared table nothing makes",
    () => without(partsOf(declare()), "data"),
    /things is in tables .* make it with dataKey/,
  ],
  [
    "a table of others that is not declared",
    () => ({ ...partsOf(declare()), otherTables: ["webhook_claims", "more"] }),
    /add "more" to tables/,
  ],
  [
    "a declared variable nothing reads",
    () => partsOf(declare(), ["THINGS_SECRET"]),
    /THINGS_REGION is in key\.json and nothing has read it/,
  ],
  [
    "a side effect that is not declared",
    () => ({ ...partsOf(declare()), sideEffects: ["writes things", "mails"] }),
    /add "mails"/,
  ],
  [
    "a declared side effect the code does not have",
    () => ({ ...partsOf(declare()), sideEffects: [] }),
    /not in the code's/,
  ],
  [
    "a kind that is not declared",
    () => partsOf(declare({ key_type: ["route", "job", "data", "ui"] })),
    /add "integration" to key_type/,
  ],
  [
    "a part of another key.json",
    () => ({ ...partsOf(declare()), ui: [{ definition: { manifest: declare() } }] }),
    /a ui KEY was made with another key\.json/,
  ],
  [
    "an environment of another key.json",
    () => ({ ...partsOf(declare()), environment: declaredEnvironment(declare(), { THINGS_SECRET: "x" }) }),
    /opened with another key\.json/,
  ],
];
for (const [what, parts, fix] of DISAGREE) {
  test(`a module with ${what} is refused, and the message says the fix`, () => {
    assert.throws(() => keyModule(parts()), { code: "manifest_disagrees", message: fix });
  });
}

test("nothing of the environment can be read but what key.json declares", () => {
  const environment = declaredEnvironment(declare(), { THINGS_SECRET: "s", THINGS_REGION: " ", PATH: "/bin" });
  assert.equal(environment.required("THINGS_SECRET"), "s");
  assert.equal(environment.optional("THINGS_REGION"), undefined);
  for (const ask of [() => environment.required("PATH"), () => environment.optional("THINGS_SECRET")]) {
    assert.throws(ask, {
      code: "manifest_disagrees",
      message: /add "(PATH|THINGS_SECRET)" to (required|optional)_env/,
    });
  }
});

test("a required variable that is absent, blank or inherited is named at start, its value never", () => {
  const secret = "not to be said";
  for (const source of [
    {},
    { THINGS_SECRET: "  " },
    Object.create({ THINGS_SECRET: secret }) as Record<string, string>,
  ]) {
    assert.throws(
      () => declaredEnvironment(declare(), source),
      (error: Error & { code?: string }) =>
        error.code === "environment_missing" &&
        /needs THINGS_SECRET/.test(error.message) &&
        !error.message.includes(secret),
    );
  }
});

for (const [name, { up, down }] of [
  ["0002_job_runs", jobRunsTable()],
  ["idempotency-keys/0001_idempotency_keys", idempotencyKeysTable()],
] as const) {
  test(`the published SQL ${name} is what the code says`, async () => {
    const file = (direction: string) =>
      readFile(new URL(`../migrations/${name}.${direction}.sql`, import.meta.url), "utf8");
    assert.deepEqual([await file("up"), await file("down")], [up, down]);
  });
}
