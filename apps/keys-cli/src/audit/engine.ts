import type { AuditOptions, AuditResult, Rule } from "@meterr/audit";

/** What judges; the command only reads, asks it and reports. */
export interface Engine {
  audit(options: AuditOptions): Promise<AuditResult> | AuditResult;
  readonly rules: readonly Rule[];
}
