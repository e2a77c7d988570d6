import { createHash } from "node:crypto";
import type { ProjectFile } from "../project.ts";
import { RULES } from "../rules/catalogue.ts";
import type { Rule } from "../rules/rule.ts";
import type { RawSqlFinding } from "../sql/finding.ts";
import { readSuppressions, type Suppression } from "../suppression/read-suppressions.ts";
import { sqlComments } from "../suppression/sql-comments.ts";
import { lineStarts } from "../syntax/position.ts";
import type { Diagnostic, Finding, Location } from "./finding.ts";
import { span } from "./locate.ts";
import type { Placed } from "./placed.ts";
import type { AuditConfiguration } from "./options.ts";

const ORDER = { critical: 0, high: 1, medium: 2, low: 3 } as const;
/** Lines shown on each side, and how much of one. */
const AROUND = 2;
const MAX_EXCERPT = 600;

/** The files that entry points came through on the way to a finding, by its fingerprint. */
export type LedTo = ReadonlyMap<string, ReadonlySet<string>>;

const NOWHERE: readonly string[] = [];
const BY_ID = new Map(RULES.map((rule) => [rule.id, rule]));

interface Text {
  readonly text: string;
  readonly lines: readonly number[];
}

/** Turns what rules found into findings: each once, with its place, its excerpt, its fingerprint, and who accepted it. */
export class Collector {
  readonly #files: ReadonlyMap<string, ProjectFile>;
  readonly #sql: ReadonlyMap<string, Text>;
  readonly #disabled: ReadonlySet<string>;
  readonly #found = new Map<string, Finding>();
  readonly #fingerprints = new Map<string, number>();
  /** By fingerprint: every file from which an entry point came to the finding. */
  readonly #ledTo = new Map<string, Set<string>>();

  constructor(
    files: ReadonlyMap<string, ProjectFile>,
    sql: readonly { readonly path: string; readonly text: string }[],
    configuration: AuditConfiguration,
  ) {
    this.#files = files;
    this.#sql = new Map(sql.map((file) => [file.path, { text: file.text, lines: lineStarts(file.text) }]));
    this.#disabled = new Set(configuration.disabledRules.map((one) => one.rule));
  }

  /** @param reads the files that the entry point's answers go back to */
  add({ rule, location, message, path }: Placed, entryPoint: string | null, reads: Iterable<string> = NOWHERE): void {
    const file = this.#files.get(location.file);
    const known = BY_ID.get(rule);
    if (file === undefined || known === undefined) return;
    const text = { text: file.source, lines: file.syntax.lines };
    const fingerprint = this.#keep(known, location, message, entryPoint, path, text);
    if (fingerprint === null || reads === NOWHERE) return;
    const before = this.#ledTo.get(fingerprint);
    if (before === undefined) this.#ledTo.set(fingerprint, new Set(reads));
    else for (const one of reads) before.add(one);
  }

  addSql(raw: RawSqlFinding): void {
    const file = this.#sql.get(raw.path);
    if (file === undefined) return;
    const path = raw.related.flatMap((one) => {
      const at = this.#sql.get(one.path);
      return at === undefined ? [] : [{ location: span(one.path, at.lines, one.start, one.end), label: one.label }];
    });
    this.#keep(raw.rule, span(raw.path, file.lines, raw.start, raw.end), raw.message, null, path, file);
  }

  #keep(
    rule: Rule,
    location: Location,
    message: string,
    entryPoint: string | null,
    path: Finding["path"],
    { text, lines }: Text,
  ): string | null {
    if (this.#disabled.has(rule.id)) return null;
    const key = `${rule.id}\0${location.file}\0${location.line}\0${location.column}`;
    const before = this.#found.get(key);
    if (before !== undefined) return before.fingerprint;
    const fingerprint = this.#fingerprint(rule.id, location, text, lines);
    this.#found.set(key, {
      rule: rule.id,
      severity: rule.severity,
      message,
      location,
      entryPoint,
      path,
      excerpt: excerptOf(text, lines, location),
      fingerprint,
      suppressed: null,
    });
    return fingerprint;
  }

  /** By the rule, the file and the line's own words: lines that are added above it change nothing. */
  #fingerprint(rule: string, location: Location, text: string, lines: readonly number[]): string {
    const line = lineText(text, lines, location.line).replace(/\s+/g, " ").trim();
    const base = createHash("sha256").update(`${rule}\0${location.file}\0${line}`).digest("hex").slice(0, 32);
    const seen = (this.#fingerprints.get(base) ?? 0) + 1;
    this.#fingerprints.set(base, seen);
    return seen === 1 ? base : `${base}:${seen}`;
  }

  finish(): {
    readonly findings: readonly Finding[];
    readonly problems: readonly Diagnostic[];
    readonly ledTo: LedTo;
  } {
    const problems: Diagnostic[] = [];
    const byFile = new Map<string, readonly Suppression[]>();
    const read = (path: string, text: string, comments: readonly { start: number; end: number }[]): void => {
      const said = readSuppressions(text, comments);
      byFile.set(path, said.suppressions);
      for (const one of said.problems)
        problems.push({ file: path, line: one.line, kind: "suppression", message: one.message });
    };
    for (const file of this.#files.values())
      if (file.source.includes("keys-audit-ignore")) read(file.path, file.source, file.syntax.comments);
    for (const [path, file] of this.#sql)
      if (file.text.includes("keys-audit-ignore")) read(path, file.text, sqlComments(file.text));
    const findings = [...this.#found.values()]
      .map((one) => ({
        ...one,
        suppressed:
          byFile
            .get(one.location.file)
            ?.find((by) => by.rule === one.rule && by.line >= one.location.line && by.line <= one.location.endLine)
            ?.reason ?? null,
      }))
      .sort(
        (one, other) =>
          ORDER[one.severity] - ORDER[other.severity] ||
          compare(one.location.file, other.location.file) ||
          one.location.line - other.location.line ||
          compare(one.rule, other.rule),
      );
    return { findings, problems, ledTo: this.#ledTo };
  }
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function lineText(text: string, lines: readonly number[], line: number): string {
  return text.slice(lines[line - 1] ?? 0, lines[line] ?? text.length);
}

function excerptOf(text: string, lines: readonly number[], { line }: Location): string {
  const from = Math.max(1, line - AROUND);
  const to = Math.min(lines.length, line + AROUND);
  return text
    .slice(lines[from - 1] ?? 0, lines[to] ?? text.length)
    .trimEnd()
    .slice(0, MAX_EXCERPT);
}
