import type { Diagnostic, Finding } from "../../findings/finding.ts";
import { REQUIREMENTS } from "../../rules/rule.ts";
import { shownExcerpt, shownLine } from "../mask-secrets.ts";
import { printable } from "../printable.ts";
import { count, inOrder, isIncomplete, SEVERITIES, totalsOf, type Reported } from "../reported.ts";
import { fenced, languageOf } from "../rule-help.ts";
import { verdictsOf } from "../terminal/summary-table.ts";

// A comment on GitHub holds 65,536 characters.
const MOST_FINDINGS = 40;
const MOST_LINES = 50;

/** A report for a pull request or a job's summary: what is new in full, the rest in numbers. */
export function* markdownReport(reported: Reported): Generator<string> {
  const { result, compared } = reported;
  const findings = inOrder(compared.fresh);
  yield `## keys audit\n\n${summary(reported)}\n`;
  const table = requirements(reported);
  if (table !== "") yield `\n${table}\n`;
  const fixes = new Map(reported.rules.map(({ id, fix }) => [id, fix]));
  for (const finding of findings.slice(0, MOST_FINDINGS)) {
    yield `\n${describe(finding, fixes.get(finding.rule) ?? "", reported)}\n`;
  }
  if (findings.length > MOST_FINDINGS) yield `\n…and ${count(findings.length - MOST_FINDINGS, "violation")} more.\n`;
  if (reported.includeUnknown) yield* unknowns(reported);
  yield* diagnostics(result.diagnostics);
}

function summary(reported: Reported): string {
  const { violations, bySeverity, known, suppressed, proved, unknown } = totalsOf(reported);
  const severities = SEVERITIES.filter((severity) => bySeverity[severity] > 0).map(
    (severity) => `${bySeverity[severity]} ${severity}`,
  );
  const fresh = reported.hasBaseline ? "new violation" : "violation";
  const parts = [
    violations === 0 ? `✓ **No ${fresh}s**` : `✗ **${count(violations, fresh)}** (${severities.join(", ")})`,
    `${count(reported.result.entryPoints.length, "entry point")} in ${count(reported.result.files, "file")}`,
    `${proved} proved`,
    `${unknown} unknown`,
    ...(known > 0 ? [`${known} known from the baseline`] : []),
    ...(suppressed > 0 ? [`${suppressed} suppressed`] : []),
    ...(isIncomplete(reported.result) ? ["**incomplete**: not everything could be judged"] : []),
  ];
  return parts.join(" · ");
}

function requirements({ result }: Reported): string {
  const verdicts = result.entryPoints.map(verdictsOf);
  const rows = REQUIREMENTS.map((requirement) => {
    const of = (verdict: string): number => verdicts.filter((one) => one.get(requirement) === verdict).length;
    return { requirement, violated: of("violated"), unknown: of("unknown"), proved: of("proved") };
  }).filter(({ violated, unknown, proved }) => violated + unknown + proved > 0);
  if (rows.length === 0) return "";
  return [
    "| requirement | ✗ violated | ? unknown | ✓ proved |",
    "|---|--:|--:|--:|",
    ...rows.map(
      ({ requirement, violated, unknown, proved }) => `| ${requirement} | ${violated} | ${unknown} | ${proved} |`,
    ),
  ].join("\n");
}

function describe(finding: Finding, fix: string, reported: Reported): string {
  const { rule, severity, message, location, entryPoint, path } = finding;
  const where = entryPoint === null ? "" : ` in ${code(entryPoint)}`;
  const parts = [`### ✗ ${severity}: ${code(rule)}${where}`, escape(message), place(location.file, location.line)];
  const lines = reported.lines(location.file);
  const from = Math.max(1, location.line - 2);
  const source =
    lines === null
      ? shownExcerpt(finding)
      : lines
          .slice(from - 1, location.line + 1)
          .map((line, index) => shownLine(line, finding, from + index))
          .join("\n");
  if (source.trim() !== "") parts.push(fenced(visible(source), languageOf(location.file)));
  if (path.length > 1) {
    const steps = path
      .slice(0, MOST_LINES)
      .map((step, index) => `${index + 1}. ${place(step.location.file, step.location.line)}: ${escape(step.label)}`);
    parts.push(steps.join("\n"));
  }
  if (fix.trim() !== "") parts.push(`**Fix.** ${fix.trim()}`);
  return parts.join("\n\n");
}

function* unknowns({ result }: Reported): Generator<string> {
  const open = result.entryPoints.flatMap(({ name, location, answers }) =>
    answers
      .filter(({ answer }) => answer === "unknown")
      .map(
        ({ requirement, reason }) =>
          `- ${requirement} of ${code(name)} (${place(location.file, location.line)}): ${escape(reason ?? "")}`,
      ),
  );
  if (open.length === 0) return;
  yield `\n### Unknown\n\n${open.slice(0, MOST_LINES).join("\n")}\n`;
  if (open.length > MOST_LINES) yield `\n…and ${open.length - MOST_LINES} more.\n`;
}

function* diagnostics(all: readonly Diagnostic[]): Generator<string> {
  if (all.length === 0) return;
  yield "\n### Could not be judged\n\n";
  for (const { file, line, message } of all.slice(0, MOST_LINES)) yield `- ${place(file, line)}: ${escape(message)}\n`;
  if (all.length > MOST_LINES) yield `- …and ${all.length - MOST_LINES} more\n`;
}

function place(file: string, line: number): string {
  return code(`${file}:${line}`);
}

/** Text of judged code in a code span that it cannot close (CommonMark §6.1). */
function code(text: string): string {
  const sound = printable(text);
  const longest = Math.max(0, ...[...sound.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const ticks = "`".repeat(longest + 1);
  const pad = sound.startsWith("`") || sound.endsWith("`") ? " " : "";
  return `${ticks}${pad}${sound}${pad}${ticks}`;
}

/** Text that names judged code: it makes no markup, no link, and calls nobody by `@`. */
function escape(text: string): string {
  return printable(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("@", "&#64;")
    .replaceAll("://", ":&#47;/")
    .replaceAll(/[\\`*_{}[\]()!|~#]/g, (character) => `\\${character}`);
}

function visible(text: string): string {
  return text
    .split("\n")
    .map((line) => printable(line.replaceAll("\t", "  ")))
    .join("\n");
}
