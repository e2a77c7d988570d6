import type { Buckets } from "@meterr/metering";
import type { Sql } from "@meterr/runtime";
import { LedgerError } from "./errors.ts";

/** Usage an application measured itself, priced here; it never moves a budget. */
export interface ReportedUsage extends Partial<Buckets> {
  /** A uuid of the caller's making: reporting it again changes nothing. */
  id: string;
  /** At most 35 days ago. */
  occurred_at: Date;
  provider: string;
  endpoint: string;
  model: string;
  virtual_key_id: string | null;
  member_id: string;
  request_id: string;
  simulated?: boolean;
  status?: number | null;
  stream?: boolean;
  duration_ms?: number | null;
  price_version: string | null;
  /** Digits of whole nano-dollars. */
  cost_nanousd: string;
}

export interface ReportResult {
  id: string;
  /** virtual_key_unknown: not this organisation's, or not this member's to see. */
  result: "written" | "already" | "virtual_key_unknown";
}

/**
 * Records usage in the tenant's own transaction (`sql` of a route or of withTenant, role meterr_dashboard). With
 * visibility "subject" only the member's own is accepted.
 * @throws LedgerError time_out_of_range, settlement_invalid; whatever else `sql` throws
 */
export async function recordReportedUsage(
  sql: Sql,
  usages: readonly ReportedUsage[],
): Promise<readonly ReportResult[]> {
  if (usages.length === 0) return [];
  try {
    const { rows } = await sql.query<ReportResult>("select id, result from record_reported_usage($1)", [
      JSON.stringify(usages.map((usage) => ({ ...usage, occurred_at: usage.occurred_at.toISOString() }))),
    ]);
    return rows;
  } catch (error) {
    const state = (error as { code?: unknown }).code;
    if (state === "22007") {
      throw new LedgerError("time_out_of_range", "Usage can be reported for the last 35 days.");
    }
    if (state === "23514" || state === "23502" || state === "22003" || state === "42501") {
      throw new LedgerError("settlement_invalid", `The report was refused (SQLSTATE ${state}).`);
    }
    throw error;
  }
}
