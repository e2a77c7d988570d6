import type { Principal } from "../../principal.ts";
import { Problem } from "../../problem.ts";
import type { TenantTransaction } from "../../transaction/tenant-transaction.ts";
import { claimDelivery, type ClaimScope } from "./claim-delivery.ts";
import type { ReplayProtection } from "./replay-protection.ts";

/** What a sender that repeats until it hears 2xx is told of a delivery that had its effect already. */
export const REPLAY_ANSWER = { status: 200, body: { replayed: true } } as const;

/**
 * The replay gate, in the transaction of the effect. True: the delivery had its effect already, the transaction is
 * rolled back and the sender is to hear `REPLAY_ANSWER`. Throws Problem `replayed` (409) where the sender does not repeat.
 */
export async function isReplay(
  { delivery }: Principal,
  protection: ReplayProtection | null,
  transaction: TenantTransaction | null,
  scope: Omit<ClaimScope, "tenantId"> & { readonly tenantId: string | null },
): Promise<boolean> {
  if (protection?.kind === "harmless") return false;
  const { tenantId } = scope;
  if (delivery === undefined || protection === null || transaction === null || tenantId === null) {
    throw new TypeError("A webhook reached its handler without replay protection.");
  }
  if (await claimDelivery(transaction.sql, delivery, protection, { ...scope, tenantId })) return false;
  await transaction.rollback();
  if (!delivery.retries) throw new Problem("replayed");
  return true;
}
