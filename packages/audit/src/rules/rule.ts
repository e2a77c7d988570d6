import type { EntryPoint } from "../entry-points/entry-point.ts";
import type { Project } from "../project.ts";
import type { Operation, Trace } from "../trace/operation.ts";
import type { Place } from "../values/value.ts";

/** The requirements of the security model; each entry point gets one answer to each that applies. */
export const REQUIREMENTS = [
  "auth",
  "tenant",
  "input",
  "claims",
  "fail-closed",
  "webhook",
  "rls",
  "entitlement",
  "secrets",
  "errors",
  "jobs",
  "sql",
  "xss",
  "command",
] as const;
export type Requirement = (typeof REQUIREMENTS)[number];

export type Severity = "critical" | "high" | "medium" | "low";

/** One way a requirement is broken. Its examples are its tests. */
export interface Rule {
  /** `group/name`; the group is the requirement. */
  readonly id: string;
  readonly title: string;
  /** What is wrong and what it lets somebody do, in a few sentences. */
  readonly explanation: string;
  /** Numbers of the Common Weakness Enumeration. */
  readonly cwe: readonly number[];
  readonly severity: Severity;
  /** How often a finding is right, as measured; `low` ones are judged with care. */
  readonly precision: "very-high" | "high" | "medium" | "low";
  /** How to mend it. */
  readonly fix: string;
  readonly bad: readonly Example[];
  readonly good: readonly Example[];
}

export interface Example {
  /** Path in a small tree: it decides the framework. */
  readonly path: string;
  readonly code: string;
}

/** What a rule looks at. */
export interface Judged {
  readonly entry: EntryPoint;
  readonly trace: Trace;
  readonly project: Project;
}

/** What it found. */
export interface RawFinding {
  readonly rule: Rule;
  /** Where it stands: the unsafe operation, or for a missing gate the handler's declaration. */
  readonly place: Place;
  readonly message: string;
  /** The way there: entry point, calls, operation. */
  readonly path: readonly { readonly place: Place; readonly label: string }[];
}

/** Yields what is violated; `unknown` says why no answer can be given. */
export interface Check {
  readonly requirement: Requirement;
  run(judged: Judged, report: Report): void;
}

export interface Report {
  violated(rule: Rule, place: Place, message: string, operation?: Operation): void;
  unknown(reason: string): void;
  /** The requirement applies and was seen to hold. */
  proved(): void;
}
