import type { AdmitRequest, AdmitResult } from "./admission.ts";
import type { RefusalRow, Settlement, SettleResult } from "./settlement.ts";

/**
 * Where money is decided. For every call under a limit: spent + reserved ≤ limit at every commit, and exactly one
 * terminal row for every admission. One contract suite runs every implementation.
 */
export interface Ledger {
  readonly gatewayId: string;
  /**
   * Reserves on every budget that binds the virtual key, at once, and records the admission; durable when it resolves
   * with "ok". Only then may the call be dispatched.
   * @throws LedgerError ledger_unavailable (with `uncertain` when it may stand nevertheless), admission_invalid
   */
  admit(request: AdmitRequest): Promise<AdmitResult>;
  /**
   * Ends calls of one organisation, all or none; repeating it changes nothing.
   * @throws LedgerError ledger_unavailable, settlement_invalid
   */
  settle(org: string, settlements: readonly Settlement[]): Promise<readonly SettleResult[]>;
  /** Records calls that were turned away. @throws LedgerError ledger_unavailable, settlement_invalid */
  refuse(refusals: readonly RefusalRow[]): Promise<void>;
  /** Ends what dead gateways left open, at its reservation. Resolves to how many. @throws LedgerError ledger_unavailable */
  recover(): Promise<number>;
  /** This gateway's admissions older than that. @throws LedgerError ledger_unavailable */
  openAdmissions(olderThanMs: number): Promise<readonly { org: string; id: string }[]>;
  /**
   * Says that this gateway lives, and learns the newest revocation epoch in the same round trip.
   * @throws LedgerError ledger_unavailable, gateway_unknown
   */
  heartbeat(): Promise<{ epoch: bigint }>;
  /** Leaves in order; what is still open is anybody's to recover from then on. Never throws. */
  close(): Promise<void>;
}
