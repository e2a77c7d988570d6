import assert from "node:assert/strict";
import { test } from "node:test";
import { isGranted, PERMISSIONS, type Permission } from "../src/permissions.ts";
import { permit } from "../src/permit.ts";
import { isRole, mayAssign, ROLES, visibilityOf, type Role } from "../src/roles.ts";

/** Written out a second time on purpose: one line per permission, one column per role, y or n. */
const EXPECTED = `
                          owner admin developer viewer
  organisation.read         y     y      n        y
  organisation.update       y     y      n        n
  organisation.delete       y     n      n        n
  members.read              y     y      y        y
  members.create            y     y      n        n
  members.update            y     y      n        n
  members.remove            y     y      n        n
  members.assign_owner      y     n      n        n
  provider_secrets.read     y     y      y        y
  provider_secrets.create   y     y      n        n
  provider_secrets.update   y     y      n        n
  provider_secrets.revoke   y     y      n        n
  virtual_keys.read         y     y      y        y
  virtual_keys.create       y     y      y        n
  virtual_keys.update       y     y      n        n
  virtual_keys.revoke       y     y      y        n
  budgets.read              y     y      y        y
  budgets.update            y     y      n        n
  prices.read               y     y      n        y
  prices.update             y     y      n        n
  usage.read                y     y      y        y
  usage.report              y     y      y        n
  token_count.use           y     y      y        y
  api_tokens.read           y     y      n        y
  api_tokens.create         y     y      n        n
  api_tokens.revoke         y     y      n        n
  audit_log.read            y     y      n        n
`;

const [header = "", ...lines] = EXPECTED.trim().split("\n");
const columns = header.trim().split(/\s+/);
const table = new Map(
  lines.map((line) => {
    const [name = "", ...cells] = line.trim().split(/\s+/);
    return [name, new Map(columns.map((role, i) => [role, cells[i] === "y"]))];
  }),
);

test("the table has exactly the expected permissions and roles", () => {
  assert.deepEqual([...table.keys()].sort(), Object.keys(PERMISSIONS).sort());
  assert.deepEqual(columns, [...ROLES]);
});

for (const permission of Object.keys(PERMISSIONS) as Permission[]) {
  for (const role of ROLES) {
    const expected = table.get(permission)?.get(role);
    test(`${role} is ${expected ? "granted" : "refused"} ${permission}`, () => {
      assert.equal(typeof expected, "boolean");
      assert.equal(isGranted(role, permission), expected);
      assert.equal(permit(permission)({ tenant: { role, visibility: visibilityOf(role) } }), expected);
    });
  }
}

test("a gate names its permission", () => {
  assert.equal(permit("virtual_keys.create").permission, "virtual_keys.create");
});

test("no role, and no role that is not in the list, is granted anything", () => {
  for (const role of [null, "", "Owner", "owner ", "root", "constructor", "__proto__", "toString"]) {
    assert.equal(permit("members.read")({ tenant: { role, visibility: "tenant" } }), false);
    assert.equal(isRole(role), false);
  }
});

test("without a tenant nothing is granted", () => {
  assert.equal(permit("members.read")({ tenant: null }), false);
});

test("a developer whose tenant shows more than their own rows is refused", () => {
  assert.equal(permit("virtual_keys.read")({ tenant: { role: "developer", visibility: "tenant" } }), false);
});

test("a permission outside the table is refused when the route is built", () => {
  for (const name of ["members.own", "__proto__", "toString"]) {
    assert.throws(() => permit(name as Permission), { code: "unknown_permission" });
  }
});

test("only developers are held to their own rows", () => {
  assert.deepEqual(ROLES.map(visibilityOf), ["tenant", "tenant", "subject", "tenant"]);
});

for (const actor of ROLES) {
  for (const current of [...ROLES, null]) {
    for (const next of [...ROLES, null]) {
      const expected = expectedAssignment(actor, current, next);
      test(`${actor} ${expected ? "may" : "may not"} turn ${current ?? "a stranger"} into ${next ?? "a stranger"}`, () => {
        assert.equal(mayAssign(actor, current, next), expected);
      });
    }
  }
}

function expectedAssignment(actor: Role, current: Role | null, next: Role | null): boolean {
  const touchesOwner = [current, next].includes("owner");
  return { owner: true, admin: !touchesOwner, developer: false, viewer: false }[actor];
}
