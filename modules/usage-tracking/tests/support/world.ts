import { randomUUID } from "node:crypto";
import { type Answer, type Ask, openTestHost, type OrganisationFixture, type TestHost } from "@meterr/database/testing";
import { mount, type Mounted } from "@meterr/runtime";
import { createUsageTracking } from "../../src/index.ts";

export const USAGE = "/api/v1/usage";

/** A call as the gateway would admit and settle it. */
export interface Call {
  readonly virtualKey: string;
  readonly provider?: "openai" | "anthropic" | "google";
  readonly model?: string;
  readonly simulated?: boolean;
  readonly cost?: bigint;
  readonly outcome?: "settled" | "released" | "expired";
  readonly status?: number;
  readonly input?: number;
  readonly cacheRead?: number;
  readonly output?: number;
}

export interface World extends TestHost {
  readonly routes: Mounted;
  call(method: string, path: string, ask?: Ask): Promise<Answer>;
  /** Through ledger_admit and ledger_settle, as the gateway's role. Answers the event's id. */
  spend(org: OrganisationFixture, call: Call): Promise<string>;
  /** A price the organisation sets for a model, per million tokens both ways. */
  setPrice(org: OrganisationFixture, model: string, nanousd: bigint, at?: Date): Promise<void>;
}

export async function openWorld(): Promise<World> {
  const base = await openTestHost();
  const gateway = base.db.pools.gateway;
  const gatewayId = randomUUID();
  await gateway.query("select start_gateway($1, 'test')", [gatewayId]);
  const module = createUsageTracking({ host: base.host, auth: base.auth, newId: randomUUID });
  const world: World = Object.assign(base, {
    routes: mount(module.routes),
    call: (method: string, path: string, ask?: Ask) => base.send(world.routes, base.request(method, path, ask)),
    async spend(org: OrganisationFixture, call: Call) {
      const id = randomUUID();
      const cost = call.cost ?? 1_000n;
      const admitted = await gateway.query<{ verdict: string }>(
        `select verdict from ledger_admit($1, $2, $3, $4, null, $5, 'chat.completions', $6, $7, false, 'req_test', 'pv', $8, 0, 1, false)`,
        [
          org.orgId,
          id,
          gatewayId,
          call.virtualKey,
          call.provider ?? "openai",
          call.model ?? "gpt-4o-mini",
          call.simulated ?? false,
          (cost * 1_000_000n).toString(),
        ],
      );
      if (admitted.rows[0]?.verdict !== "ok") throw new Error(`admission answered ${admitted.rows[0]?.verdict}`);
      const settlement = {
        id,
        outcome: call.outcome ?? "settled",
        usage_source: "provider",
        status: call.status ?? 200,
        cost_nanousd: cost.toString(),
        input: call.input ?? 10,
        cache_read: call.cacheRead ?? 0,
        output: call.output ?? 5,
      };
      await gateway.query("select * from ledger_settle($1, $2)", [org.orgId, JSON.stringify([settlement])]);
      return id;
    },
    async setPrice(org: OrganisationFixture, model: string, nanousd: bigint, at = new Date()) {
      await org.arrange((sql) =>
        sql.query(
          `insert into organisation_prices (org_id, version, provider, model, prices, created_by, created_at)
           values ($1, $2, 'openai', $3, $4, $5, $6)`,
          [
            org.orgId,
            `own_${randomUUID()}`,
            model,
            { input: nanousd.toString(), output: nanousd.toString() },
            org.members.admin.id,
            at,
          ],
        ),
      );
    },
  });
  return world;
}
