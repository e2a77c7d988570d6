import { testDatabase, type OrganisationFixture, type TestDatabase } from "@meterr/database/testing";
import type { Events, RuntimeHost } from "@meterr/runtime";
import type { TestPerson } from "@meterr/runtime/testing";
import { webhookClaimsMigrations } from "@meterr/runtime/webhooks";
import { webhookInboxMigrations } from "../../src/index.ts";
import { inTenant } from "./in-tenant.ts";

const meterr = { name: "meterr", folder: new URL("../../../../packages/database/migrations/", import.meta.url) };
const unlimited: RuntimeHost["limiter"] = {
  consume: async (_bucket, _cost, { points }) => ({
    allowed: true,
    retryAfterSeconds: 0,
    remaining: points,
    limit: points,
  }),
};

type PersonName = "owner of one" | "viewer of one" | "developer of one" | "owner of two";

export interface World {
  readonly database: TestDatabase;
  readonly one: OrganisationFixture;
  readonly two: OrganisationFixture;
  readonly people: Readonly<Record<PersonName, TestPerson>>;
  /** What the module recorded. */
  readonly audits: { readonly action: string; readonly actor: string }[];
  hostForTest(told?: { readonly report: RuntimeHost["report"]; readonly onEvent: Events }): RuntimeHost;
  /** The accounts `one` and `two` are mapped. */
  tenantOf(account: string): Promise<string | null>;
  close(): Promise<void>;
}

/** Two organisations of a host with the module's own tables. */
export async function world(): Promise<World> {
  const database = await testDatabase({ sequences: [meterr, webhookClaimsMigrations(), webhookInboxMigrations()] });
  const [one, two] = [await database.createOrganisation("One"), await database.createOrganisation("Two")];
  const audits: { action: string; actor: string }[] = [];
  return {
    database,
    one,
    two,
    audits,
    people: {
      "owner of one": person(one, "owner"),
      "viewer of one": person(one, "viewer"),
      "developer of one": person(one, "developer"),
      "owner of two": person(two, "owner"),
    },
    hostForTest: (told = { report: () => undefined, onEvent: () => undefined }) => ({
      ...told,
      withTenant: (tenant, work) => inTenant(database.pools.dashboard, tenant, work),
      limiter: unlimited,
      now: () => new Date(),
      audit: async (_sql, _tenant, { action, actor }) => void audits.push({ action, actor: actor.id }),
      clientAddress: () => "192.0.2.1",
      allowedOrigins: ["https://site.test"],
    }),
    tenantOf: async (account) => (account === "one" ? one.orgId : account === "two" ? two.orgId : null),
    close: () => database.close(),
  };
}

function person({ orgId, members }: OrganisationFixture, role: "owner" | "viewer" | "developer"): TestPerson {
  const { id, userId, visibility } = members[role];
  return { id: userId, memberships: [{ tenantId: orgId, subjectId: id, role, visibility }] };
}
