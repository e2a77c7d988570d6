import type { Compared } from "../baseline/baseline.ts";
import type { AuditResult, Finding } from "../findings/finding.ts";
import type { Rule, Severity } from "../rules/rule.ts";

/** Everything a report is made of. Reports are pure: the same input gives the same text. */
export interface Reported {
  readonly result: AuditResult;
  readonly rules: readonly Rule[];
  /** The findings that are not suppressed, divided by the baseline. */
  readonly compared: Compared;
  /** Whether there is a baseline at all. */
  readonly hasBaseline: boolean;
  /** Lists every unknown answer with its reason. */
  readonly includeUnknown: boolean;
  /** Version of this tool. */
  readonly version: string;
  /** Lines of an audited file, for excerpts; null when it cannot be read (any more). */
  lines(file: string): readonly string[] | null;
}

/** Worst first. */
export const SEVERITIES = ["critical", "high", "medium", "low"] as const satisfies readonly Severity[];

/** Worst first, then by place: the order of every report. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(
    (one, other) =>
      SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity) ||
      compare(one.location.file, other.location.file) ||
      one.location.line - other.location.line ||
      one.location.column - other.location.column ||
      compare(one.rule, other.rule),
  );
}

function compare(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

export interface Totals {
  /** Violations that are new: not in the baseline, not suppressed. */
  readonly violations: number;
  readonly bySeverity: Readonly<Record<Severity, number>>;
  readonly known: number;
  readonly suppressed: number;
  readonly proved: number;
  readonly unknown: number;
}

export function totalsOf({ result, compared }: Pick<Reported, "result" | "compared">): Totals {
  const bySeverity: Record<Severity, number> = { critical: 0, high: 0, medium: 0, low: 0 };
  for (const { severity } of compared.fresh) bySeverity[severity]++;
  let [proved, unknown] = [0, 0];
  for (const { answers } of result.entryPoints) {
    for (const { answer } of answers) {
      if (answer === "proved") proved++;
      else if (answer === "unknown") unknown++;
    }
  }
  const suppressed = result.findings.filter((finding) => finding.suppressed !== null).length;
  return { violations: compared.fresh.length, bySeverity, known: compared.known.length, suppressed, proved, unknown };
}

/**
 * Whether a part of the tree, or of its configuration, was not understood, so that silence about it means nothing. A
 * comment that fails to suppress is a complaint, and hides nothing.
 */
export function isIncomplete({ diagnostics }: Pick<AuditResult, "diagnostics">): boolean {
  return diagnostics.some(({ kind }) => kind !== "suppression");
}

/** `3 violations`, `1 violation`, `12,000 files`. */
export function count(number: number, what: string, many = `${what}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? what : many}`;
}
