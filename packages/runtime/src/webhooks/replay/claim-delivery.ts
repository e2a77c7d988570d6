import type { Sql } from "../../host.ts";
import type { WebhookDelivery } from "../delivery.ts";
import type { ClaimOnce } from "./replay-protection.ts";

export interface ClaimScope {
  readonly tenantId: string;
  /** `METHOD /path/:pattern`: one event sent to two routes has its effect in each. */
  readonly route: string;
  readonly now: Date;
}

// A concurrent attempt waits here until the first is decided: it then finds the row, or none after a rollback.
export const CLAIM =
  "insert into webhook_claims (org_id, route, sender, delivery_id, claimed_at, expires_at)" +
  " select $1, $2, $3, claimed.id, $5, $6 from unnest($4::text[]) as claimed (id)" +
  " on conflict do nothing returning delivery_id";

/**
 * Claims a delivery in the transaction of its effect. False: it was claimed before, and the transaction must be rolled
 * back, for some of its ids may be new.
 */
export async function claimDelivery(
  sql: Sql,
  delivery: WebhookDelivery,
  protection: ClaimOnce,
  scope: ClaimScope,
): Promise<boolean> {
  const keep = Math.max(protection.keepSeconds, delivery.keepSeconds);
  const { rows } = await sql.query(CLAIM, [
    scope.tenantId,
    scope.route,
    delivery.sender,
    delivery.claims,
    scope.now,
    new Date(scope.now.getTime() + keep * 1000),
  ]);
  return rows.length === delivery.claims.length;
}
