import type { Finding } from "../../src/findings/finding.ts";
import { auditFiles, type TestFile } from "./audit-files.ts";

/** What a snippet is: nothing is to be found in it, or something of one of these groups, or nothing may be called proved. */
export type Wanted = "safe" | "unproved" | readonly string[];

export interface Row {
  readonly name: string;
  readonly files: readonly TestFile[];
  readonly wanted: Wanted;
}

export interface Asked {
  readonly findings: readonly Finding[];
  /** The answers about authentication of every entry point. */
  readonly auth: readonly string[];
}

/** Audits all snippets as one tree, each in a folder of its own, so that a table of many costs one audit. */
export function askTable(rows: readonly Row[]): readonly Asked[] {
  const folder = (at: number): string => `row${String(at).padStart(3, "0")}/`;
  const { findings, entryPoints } = auditFiles(
    rows.flatMap(({ files }, at) => files.map((file) => ({ path: folder(at) + file.path, text: file.text }))),
  );
  return rows.map((_, at) => ({
    findings: findings.filter(({ location }) => location.file.startsWith(folder(at))),
    auth: entryPoints
      .filter(({ location }) => location.file.startsWith(folder(at)))
      .flatMap(({ answers }) => answers.filter(({ requirement }) => requirement === "auth"))
      .map(({ answer }) => answer),
  }));
}

/** What is wrong with the answer, or null. */
export function complaint(wanted: Wanted, { findings, auth }: Asked): string | null {
  const said = findings.map(({ rule }) => rule).join(", ");
  if (auth.length === 0) return "no entry point was found";
  if (wanted === "unproved") return auth.includes("proved") ? "it is called proved" : null;
  if (wanted === "safe") return findings.length === 0 ? null : `found: ${said}`;
  if (findings.some(({ rule }) => wanted.some((group) => rule.startsWith(`${group}/`)))) return null;
  return `nothing of ${wanted.join(" or ")} was found${said === "" ? "" : `, only ${said}`}`;
}
