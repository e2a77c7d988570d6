import type { Finding } from "../../src/findings/finding.ts";
import type { CaseTree, Expectation } from "./read-cases.ts";

/** `secrets/log` means any rule under it, `tenant` any of the group. */
export function isOfGroup(rule: string, group: string): boolean {
  return rule.startsWith(group.includes("/") ? group : `${group}/`);
}

/** Whether a finding of a right group stands on the expected line. */
export function meets({ path, line, groups }: Expectation, findings: readonly Finding[]): boolean {
  return findings.some(
    ({ rule, location }) =>
      groups.some((group) => isOfGroup(rule, group)) &&
      location.file === path &&
      location.line <= line &&
      line <= Math.max(location.line, location.endLine),
  );
}

/** What an audit of one section got wrong: places it missed, or findings where there are none. */
export interface Measured {
  /** `<case> <path>:<line>` */
  readonly missed: readonly string[];
  /** `<case> <section>`, when anything at all was reported. */
  readonly noise: string | null;
  readonly expected: number;
}

export function measure(name: string, tree: CaseTree, findings: readonly Finding[]): Measured {
  if (tree.section !== "Vulnerable")
    return { missed: [], noise: findings.length === 0 ? null : `${name} ${tree.section}`, expected: 0 };
  const missed = tree.expected.filter((one) => !meets(one, findings)).map((one) => `${name} ${one.path}:${one.line}`);
  return { missed, noise: null, expected: tree.expected.length };
}

export function describeFinding({ rule, location, message }: Finding): string {
  return `${rule} ${location.file}:${location.line} ${message}`;
}
