import type { Ledger } from "../ledger.ts";
import type { RefusalRow, SettleResult } from "../settlement.ts";
import { admitTogether } from "./admit-together.ts";
import { GatewaySession } from "./gateway-session.ts";
import { once, type LedgerPool } from "./pool.ts";
import { statements } from "./statements.ts";

/** A gateway of another slot that was not heard for this long, and whose lock is free, is dead. */
const silenceMs = 15_000;

export interface SqlLedgerOptions {
  /** Of role meterr_gateway. One connection is kept for the heartbeat. */
  pool: LedgerPool;
  /** A fresh uuid for each start of the process. */
  gatewayId: string;
  /** The place this process takes, e.g. "host/1": its next holder recovers at once what this one leaves behind. */
  slot: string;
  /** Monotonic milliseconds. Default performance.now. */
  now?: () => number;
  silenceMs?: number;
}

/**
 * The ledger's simple form: each batch of admissions and of settlements is one SQL function in PostgreSQL.
 * Registers the gateway first.
 * @throws LedgerError ledger_unavailable
 */
export async function openSqlLedger(options: SqlLedgerOptions): Promise<Ledger> {
  const { pool, gatewayId } = options;
  const session = new GatewaySession(pool, gatewayId, options.now ?? (() => performance.now()));
  await session.register(options.slot);
  const silence = (options.silenceMs ?? silenceMs) / 1000;

  return {
    gatewayId,
    admit: admitTogether(pool, gatewayId),
    settle: async (org, settlements) =>
      settlements.length === 0
        ? []
        : once<SettleResult>(pool, statements.settle, [org, JSON.stringify(settlements)], "settlement_invalid"),
    refuse: (refusals) => refuse(pool, refusals),
    recover: () => recover(pool, gatewayId, silence),
    openAdmissions: async (olderThanMs) => {
      const values = [gatewayId, olderThanMs / 1000];
      const rows = await once<{ org_id: string; id: string }>(pool, statements.open, values, "settlement_invalid");
      return rows.map((row) => ({ org: row.org_id, id: row.id }));
    },
    heartbeat: () => session.heartbeat(),
    close: () => session.close(),
  };
}

async function refuse(pool: LedgerPool, refusals: readonly RefusalRow[]): Promise<void> {
  for (const [org, rows] of Map.groupBy(refusals, (row) => row.org)) {
    const wire = rows.map((row) => ({
      id: row.id,
      occurred_at: row.occurredAt.toISOString(),
      virtual_key_id: row.virtualKey,
      member_id: row.member,
      simulated: row.simulated,
      provider: row.provider,
      endpoint: row.endpoint,
      model: row.model,
      code: row.code,
      status: row.status,
      request_id: row.requestId,
    }));
    await once(pool, statements.refuse, [org, JSON.stringify(wire)], "settlement_invalid");
  }
}

async function recover(pool: LedgerPool, gatewayId: string, silence: number): Promise<number> {
  const values = [gatewayId, silence];
  const dead = await once<{ gateway_id: string; org_id: string }>(
    pool,
    statements.toRecover,
    values,
    "settlement_invalid",
  );
  let recovered = 0;
  for (const { gateway_id, org_id } of dead) {
    const [row] = await once<{ expired: number }>(pool, statements.expire, [org_id, gateway_id], "settlement_invalid");
    recovered += row?.expired ?? 0;
  }
  return recovered;
}
