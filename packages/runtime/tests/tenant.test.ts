import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { isVerifiedTenant, serviceAccount, type Membership, type VerifiedTenant } from "../src/index.ts";
import { authenticatorForTest, tenantForTest } from "../src/testing/index.ts";
import { claimOnce } from "../src/webhooks/index.ts";
import { ANN, codeOf, ONE, people, thing, TWO } from "./thing-route.ts";

const as = (person: string, tenant: string | null = null): { headers: Record<string, string | null> } => ({
  headers: { "x-test-credential": person, "x-tenant-id": tenant },
});

async function tenantSeen(person: string, named: string | null): Promise<VerifiedTenant | undefined> {
  const { send, host } = thing();
  assert.equal((await send(as(person, named))).status, 201);
  return host.statements[0]?.tenant;
}

test("a sole membership needs no naming", async () => {
  const tenant = await tenantSeen("ann", null);
  assert.deepEqual(JSON.parse(JSON.stringify(tenant)), { id: ONE, subject: ANN, role: "owner", visibility: "tenant" });
});

test("the header selects among the credential's memberships", async () => {
  assert.equal((await tenantSeen("both", TWO))?.id, TWO);
  assert.equal((await tenantSeen("both", ONE.toUpperCase()))?.id, ONE);
});

const REFUSED: readonly [string, string, string | null, string][] = [
  ["an organisation beyond the memberships", "ann", TWO, "403 tenant_forbidden"],
  ["an organisation that does not exist", "both", randomUUID(), "403 tenant_forbidden"],
  ["an empty name", "ann", "", "403 tenant_forbidden"],
  ["two names", "both", `${ONE}, ${TWO}`, "403 tenant_forbidden"],
  ["nothing, with several memberships", "both", null, "400 tenant_required"],
  ["nothing, with no membership", "nobody", null, "403 tenant_forbidden"],
  ["an organisation, with no membership", "nobody", ONE, "403 tenant_forbidden"],
];
for (const [what, person, named, answer] of REFUSED) {
  test(`a request that names ${what} is refused`, async () => {
    const { send, reached, host } = thing();
    assert.equal(await codeOf(await send(as(person, named))), answer);
    assert.equal(reached(), 0);
    assert.deepEqual(host.statements, []);
  });
}

test("a webhook whose account has no organisation is invalid, not forbidden", async () => {
  const { send } = thing({ auth: authenticatorForTest(people, "webhook"), replay: claimOnce() });
  assert.equal(await codeOf(await send(as("nobody"))), "400 tenant_required");
});

const member = { tenantId: ONE, subjectId: ANN, role: "owner", visibility: "tenant" } satisfies Membership;
const MALFORMED: readonly [string, readonly Membership[], string][] = [
  ["two roles in one organisation", [member, { ...member, role: "viewer" }], "403 tenant_forbidden"],
  ["an organisation without an id", [{ ...member, tenantId: "" }], "503 identity_unavailable"],
  ["own rows only and no member", [{ ...member, subjectId: "", visibility: "subject" }], "503 identity_unavailable"],
];
for (const [what, memberships, answer] of MALFORMED) {
  test(`a record of ${what} opens nothing`, async () => {
    const { send, reached } = thing({ auth: authenticatorForTest({ ann: { id: "u", memberships } }) });
    assert.equal(await codeOf(await send(as("ann", memberships.length > 1 ? ONE : null))), answer);
    assert.equal(reached(), 0);
  });
}

test("a verified tenant cannot be built, copied, inherited or deserialised", () => {
  const real = tenantForTest({ id: ONE, role: "owner" });
  assert.equal(isVerifiedTenant(real), true);
  const forgeries: unknown[] = [
    Object.assign({}, real),
    { id: ONE, subject: null, role: "owner", visibility: "tenant" },
    structuredClone(Object.assign({}, real)),
    JSON.parse(JSON.stringify(real)),
    Object.create(real),
    Object.setPrototypeOf(Object.assign({}, real), Object.getPrototypeOf(real)),
    new Proxy(real, {}),
    null,
    ONE,
  ];
  for (const forgery of forgeries) assert.equal(isVerifiedTenant(forgery), false);
  const Tenant = real.constructor as unknown as new (issue: unknown, claim: unknown) => unknown;
  for (const issue of [undefined, Symbol("issue"), {}]) {
    assert.throws(() => new Tenant(issue, { id: ONE }), TypeError);
  }
});

test("a verified tenant does not change", () => {
  const real = tenantForTest({ id: ONE, role: "viewer" });
  assert.throws(() => Object.assign(real, { id: TWO }), TypeError);
  assert.throws(() => Object.assign(real, { role: "owner" }), TypeError);
});

test("what a handler does to its principal does not outlive it", async () => {
  const { send } = thing({
    handler: async ({ principal }) => {
      assert.throws(() => Object.assign(principal, { id: "else" }), TypeError);
      assert.throws(() => (principal.memberships as Membership[]).push(member), TypeError);
      return { status: 200 };
    },
  });
  assert.equal((await send()).status, 200);
});

const account = (change: Partial<Parameters<typeof serviceAccount>[0]> = {}): ReturnType<typeof serviceAccount> =>
  serviceAccount({
    id: "gateway-1",
    issuer: "gateway",
    scope: ["usage.settle"],
    expiresAt: new Date("2030-01-01"),
    membership: async (tenantId) =>
      tenantId === ONE ? { tenantId, subjectId: "", role: "", visibility: "tenant" } : null,
    ...change,
  });
const now = new Date("2029-12-31");

test("a service account acts for a tenant it serves, in its scope, until it expires", async () => {
  const tenant = await account().tenant({ tenantId: ONE, scope: "usage.settle", now });
  assert.equal(isVerifiedTenant(tenant), true);
  assert.deepEqual(JSON.parse(JSON.stringify(tenant)), { id: ONE, subject: null, role: null, visibility: "tenant" });
});

for (const [what, request] of [
  ["a tenant it does not serve", { tenantId: TWO, scope: "usage.settle", now }],
  ["another scope", { tenantId: ONE, scope: "members.write", now }],
  ["a time after its expiry", { tenantId: ONE, scope: "usage.settle", now: new Date("2030-01-01") }],
  ["no readable time", { tenantId: ONE, scope: "usage.settle", now: new Date(Number.NaN) }],
] as const) {
  test(`a service account is refused for ${what}`, async () => {
    await assert.rejects(account().tenant(request), { code: "tenant_refused" });
  });
}

test("a service account whose records answer with another tenant is refused", async () => {
  const confused = account({ membership: async () => ({ ...member, tenantId: TWO }) });
  await assert.rejects(confused.tenant({ tenantId: ONE, scope: "usage.settle", now }), { code: "tenant_forbidden" });
});
