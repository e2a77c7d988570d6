import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { withTenant } from "@meterr/database";
import type { MemberFixture, OrganisationFixture, TestDatabase } from "@meterr/database/testing";
import { tenantForTest } from "@meterr/runtime/testing";
import { recordReportedUsage, type ReportedUsage, type ReportResult } from "../src/record-reported-usage.ts";
import { budgets, count, ledgerFixture } from "./ledger-fixture.ts";

let db: TestDatabase;
let close: () => Promise<void>;
before(async () => {
  ({ db, close } = await ledgerFixture());
});
after(() => close());

const usage = (member: MemberFixture, more: Partial<ReportedUsage> = {}): ReportedUsage => ({
  id: randomUUID(),
  occurred_at: new Date(),
  provider: "openai",
  endpoint: "chat.completions",
  model: "gpt-4o-mini",
  virtual_key_id: null,
  member_id: member.id,
  request_id: "req_1",
  price_version: "test-1",
  cost_nanousd: "100",
  input: 5,
  ...more,
});

const report = (
  org: OrganisationFixture,
  as: MemberFixture,
  usages: ReportedUsage[],
): Promise<readonly ReportResult[]> =>
  withTenant(
    db.pools.dashboard,
    tenantForTest({ id: org.orgId, subject: as.id, role: as.role, visibility: as.visibility }),
    (sql) => recordReportedUsage(sql, usages),
  );

test("reported usage is an event and a roll-up of its own source, and moves no budget", async () => {
  const org = await db.createOrganisation();
  const { admin } = org.members;
  const { id: key } = await org.createVirtualKey({ limitNanousd: 50n });
  const one = usage(admin, { virtual_key_id: key });
  assert.deepEqual(await report(org, admin, [one]), [{ id: one.id, result: "written" }]);
  assert.deepEqual(await report(org, admin, [one]), [{ id: one.id, result: "already" }]);
  assert.deepEqual(await budgets(org), [{ limit: 50n, spent: 0n, reserved: 0n, open: 0n }]);
  const { rows } = await org.arrange((sql) => sql.query("select source, requests, cost_nanousd from usage_hourly"));
  assert.deepEqual(rows, [{ source: "reported", requests: "1", cost_nanousd: "100" }]);
});

test("the same report twice at once is written once", async () => {
  const org = await db.createOrganisation();
  const one = usage(org.members.admin);
  const results = (await Promise.all([1, 2, 3].map(() => report(org, org.members.admin, [one])))).flat();
  assert.deepEqual(results.map((r) => r.result).sort(), ["already", "already", "written"]);
  assert.equal(await count(org, "events"), 1);
});

test("a developer reports their own usage and nobody else's", async () => {
  const org = await db.createOrganisation();
  const { developer, admin } = org.members;
  assert.equal((await report(org, developer, [usage(developer)]))[0]?.result, "written");
  await assert.rejects(report(org, developer, [usage(admin)]), { code: "settlement_invalid" });
  assert.equal(await count(org, "events"), 1);
});

test("another organisation's virtual key, or another member's in a member's own view, is not known", async () => {
  const [org, other] = [await db.createOrganisation(), await db.createOrganisation()];
  const { developer, admin } = org.members;
  const foreign = await other.createVirtualKey();
  const admins = await org.createVirtualKey({ memberId: admin.id });
  assert.equal(
    (await report(org, admin, [usage(admin, { virtual_key_id: foreign.id })]))[0]?.result,
    "virtual_key_unknown",
  );
  assert.equal(
    (await report(org, developer, [usage(developer, { virtual_key_id: admins.id })]))[0]?.result,
    "virtual_key_unknown",
  );
  assert.equal((await report(org, admin, [usage(admin, { virtual_key_id: admins.id })]))[0]?.result, "written");
});

test("usage of the month before finds its partition; older, future or negative usage is refused", async () => {
  const org = await db.createOrganisation();
  const { admin } = org.members;
  const day = 86_400_000;
  const at = (days: number) => usage(admin, { occurred_at: new Date(Date.now() - days * day) });
  assert.equal((await report(org, admin, [at(34)]))[0]?.result, "written");
  await assert.rejects(report(org, admin, [at(36)]), { code: "time_out_of_range" });
  await assert.rejects(report(org, admin, [at(-1)]), { code: "time_out_of_range" });
  await assert.rejects(report(org, admin, [usage(admin, { cost_nanousd: "-1" })]), { code: "settlement_invalid" });
  await assert.rejects(report(org, admin, [usage(admin, { input: -1 })]), { code: "settlement_invalid" });
  assert.equal(await count(org, "events"), 1);
});
