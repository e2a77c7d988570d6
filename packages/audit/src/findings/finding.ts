import type { Requirement, Severity } from "../rules/rule.ts";

/** A place in a file: lines and columns from 1, columns in UTF-16 units, the end exclusive. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** One violation. */
export interface Finding {
  /** `group/name` of the rule. */
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly location: Location;
  /** What it was found in: `DELETE /api/projects/[id]`; null for a migration or a whole file. */
  readonly entryPoint: string | null;
  /** The path that shows it, from the entry point to the operation. */
  readonly path: readonly { readonly location: Location; readonly label: string }[];
  /** The source lines around it, for reports; never longer than a few hundred characters. */
  readonly excerpt: string;
  /** Stays the same when lines are added above it (SARIF partialFingerprints). */
  readonly fingerprint: string;
  /** The reason of an inline suppression, or null. */
  readonly suppressed: string | null;
}

/** What is said of one requirement of one entry point. */
export interface Answer {
  readonly requirement: Requirement;
  readonly answer: "proved" | "violated" | "unknown" | "not-applicable";
  /** Why it is unknown. */
  readonly reason: string | null;
}

export interface JudgedEntryPoint {
  readonly name: string;
  readonly kind: string;
  readonly framework: string;
  readonly location: Location;
  readonly answers: readonly Answer[];
}

/** Something that kept a part of the tree from being judged; the audit is then incomplete (exit 3). */
export interface Diagnostic {
  readonly file: string;
  /** 1 when the whole file is meant. */
  readonly line: number;
  readonly kind:
    | "syntax"
    | "too_large"
    | "binary"
    | "not_utf8"
    | "unreadable"
    | "link"
    | "configuration"
    | "suppression"
    | "limit";
  readonly message: string;
}

export interface AuditResult {
  readonly root: string;
  readonly files: number;
  readonly entryPoints: readonly JudgedEntryPoint[];
  readonly findings: readonly Finding[];
  readonly diagnostics: readonly Diagnostic[];
  /** Milliseconds. */
  readonly duration: number;
  /** True when nothing had changed since the last run and its answers were read again. */
  readonly cached: boolean;
}
