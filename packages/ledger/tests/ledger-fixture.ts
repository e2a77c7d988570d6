import { randomUUID } from "node:crypto";
import { testDatabase, type OrganisationFixture, type TestDatabase } from "@meterr/database/testing";
import type { AdmitRequest } from "../src/admission.ts";
import type { Ledger } from "../src/ledger.ts";
import { openSqlLedger } from "../src/sql/open-sql-ledger.ts";
import type { Settlement } from "../src/settlement.ts";

/** A database and a ledger of one gateway. */
export async function ledgerFixture(max = 20): Promise<{ db: TestDatabase; ledger: Ledger; close(): Promise<void> }> {
  const db = await testDatabase({ max });
  const ledger = await openLedger(db, "fixture");
  return {
    db,
    ledger,
    close: async () => {
      await ledger.close();
      await db.close();
    },
  };
}

export function openLedger(db: TestDatabase, slot: string, silenceMs?: number): Promise<Ledger> {
  return openSqlLedger({
    pool: db.pools.gateway,
    gatewayId: randomUUID(),
    slot,
    ...(silenceMs === undefined ? {} : { silenceMs }),
  });
}

/** A call that needs `need` nano-dollars, all of it for input unless said otherwise. */
export function request(
  org: OrganisationFixture,
  virtualKey: string,
  need: bigint,
  more: Partial<AdmitRequest> = {},
): AdmitRequest {
  return {
    org: org.orgId,
    id: randomUUID(),
    virtualKey,
    providerSecret: null,
    provider: "openai",
    endpoint: "chat.completions",
    model: "gpt-4o-mini",
    simulated: false,
    stream: false,
    requestId: "req_test",
    priceVersion: "test-1",
    inputMicro: need * 1_000_000n,
    outputPrice: 0n,
    outputTokens: 0,
    lowerable: false,
    ...more,
  };
}

export function settled(id: string, cost: bigint | null, more: Partial<Settlement> = {}): Settlement {
  return {
    id,
    outcome: "settled",
    usage_source: "provider",
    cost_nanousd: cost === null ? null : cost.toString(),
    status: 200,
    ...more,
  };
}

export interface BudgetState {
  limit: bigint;
  spent: bigint;
  reserved: bigint;
  /** Sum of the open admissions it binds. */
  open: bigint;
}

export function budgets(org: OrganisationFixture): Promise<BudgetState[]> {
  return org.arrange(async (sql) => {
    const { rows } = await sql.query<{ l: string; s: string; r: string; o: string }>(
      `select b.limit_nanousd as l, b.spent_nanousd as s, b.reserved_nanousd as r,
         (select coalesce(sum(a.reserved_nanousd), 0) from admissions a where b.id = any(a.budget_ids)) as o
       from budgets b order by b.created_at, b.id`,
    );
    return rows.map((row) => ({
      limit: BigInt(row.l),
      spent: BigInt(row.s),
      reserved: BigInt(row.r),
      open: BigInt(row.o),
    }));
  });
}

export function count(org: OrganisationFixture, table: "events" | "admissions" | "refusals"): Promise<number> {
  const text = {
    events: "select count(*) from events",
    admissions: "select count(*) from admissions",
    refusals: "select count(*) from refusals",
  };
  return org.arrange(async (sql) => Number((await sql.query<{ count: string }>(text[table])).rows[0]?.count));
}
