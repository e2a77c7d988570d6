import type { Diagnostic, Finding } from "../../findings/finding.ts";
import { printable } from "../printable.ts";
import { count, inOrder, isIncomplete, SEVERITIES, totalsOf, type Reported } from "../reported.ts";
import { findingBlock, findingLine, SEVERITY_COLOUR } from "./finding-block.ts";
import type { Drawing } from "./paint.ts";
import { summaryTable } from "./summary-table.ts";
import { wrap } from "./text-width.ts";

/** Findings shown in full; further ones take a line each. */
const MOST_BLOCKS = 100;
const MOST_DIAGNOSTICS = 50;

/** The report a person reads, in parts to be written one after the other. */
export function* terminalReport(reported: Reported, drawing: Drawing): Generator<string> {
  const { result, compared } = reported;
  const { paint, quiet } = drawing;
  const findings = inOrder(compared.fresh);
  if (quiet) {
    for (const finding of findings) yield `${findingLine(finding, drawing)}\n`;
    yield* diagnostics(result.diagnostics, drawing);
    if (findings.length > 0 || isIncomplete(result)) yield `${totals(reported, drawing)}\n`;
    return;
  }
  const seconds = (result.duration / 1000).toFixed(result.duration < 10_000 ? 1 : 0);
  const facts = [
    count(result.files, "file"),
    count(result.entryPoints.length, "entry point"),
    `${seconds} s${result.cached ? ", as before: nothing has changed" : ""}`,
  ];
  yield `\n${paint("bold", "keys audit")}  ${paint("dim", `${printable(result.root)} · ${facts.join(" · ")}`)}\n`;
  yield* blocks(findings.slice(0, MOST_BLOCKS), reported, drawing);
  if (findings.length > MOST_BLOCKS) {
    yield `\n${paint("bold", `${count(findings.length - MOST_BLOCKS, "violation")} more`)}\n`;
    for (const finding of findings.slice(MOST_BLOCKS)) yield `  ${findingLine(finding, drawing)}\n`;
  }
  if (reported.includeUnknown) yield* unknowns(reported, drawing);
  const table = summaryTable(result.entryPoints, drawing);
  if (table.length > 0) yield `\n${table.join("\n")}\n`;
  yield* diagnostics(result.diagnostics, drawing);
  yield `\n${totals(reported, drawing)}\n`;
  yield* nextSteps(findings, reported, drawing);
}

/** Findings below their files; a file stands where its worst finding does. */
function* blocks(findings: readonly Finding[], reported: Reported, drawing: Drawing): Generator<string> {
  const files = Map.groupBy(findings, ({ location }) => location.file);
  const fixes = new Map(reported.rules.map(({ id, fix }) => [id, fix]));
  for (const [file, own] of files) {
    yield `\n${drawing.paint("bold", drawing.paint("cyan", printable(file)))}\n`;
    for (const [index, finding] of own.entries()) {
      const block = findingBlock(finding, firstSentence(fixes.get(finding.rule) ?? ""), reported, drawing);
      yield `${index === 0 ? "" : "\n"}${block.join("\n")}\n`;
    }
  }
}

/** The whole fix is in `--explain`. */
function firstSentence(text: string): string {
  return /^[\s\S]*?[.!?](?=\s|$)/.exec(text.trim())?.[0] ?? text.trim();
}

function* unknowns({ result }: Reported, { paint, width }: Drawing): Generator<string> {
  const open = result.entryPoints.flatMap((entry) =>
    entry.answers.filter(({ answer }) => answer === "unknown").map((answer) => ({ entry, answer })),
  );
  if (open.length === 0) return;
  yield `\n${paint("bold", "Unknown")}\n`;
  for (const { entry, answer } of open) {
    const place = paint("cyan", `${printable(entry.location.file)}:${entry.location.line}`);
    yield `  ${paint("yellow", "?")} ${paint("bold", answer.requirement)}  ${printable(entry.name)}  ${place}\n`;
    for (const line of wrap(printable(answer.reason ?? ""), width - 4)) yield `    ${line}\n`;
  }
}

function* diagnostics(all: readonly Diagnostic[], { paint }: Drawing): Generator<string> {
  if (all.length === 0) return;
  yield "\n";
  for (const { file, line, kind, message } of all.slice(0, MOST_DIAGNOSTICS)) {
    const place = paint("cyan", `${printable(file)}${line > 1 ? `:${line}` : ""}`);
    yield `${paint("yellow", "!")} ${place} ${printable(message)} ${paint("dim", `(${kind.replace("_", " ")})`)}\n`;
  }
  if (all.length > MOST_DIAGNOSTICS) {
    yield `${paint("yellow", "!")} ${all.length - MOST_DIAGNOSTICS} more; --format json lists them all\n`;
  }
}

function totals(reported: Reported, { paint }: Drawing): string {
  const { violations, bySeverity, known, suppressed, proved, unknown } = totalsOf(reported);
  const parts: string[] = [];
  if (violations === 0) parts.push(paint("green", `✓ no ${reported.hasBaseline ? "new " : ""}violations`));
  else {
    const severities = SEVERITIES.filter((severity) => bySeverity[severity] > 0).map((severity) =>
      paint(SEVERITY_COLOUR[severity], `${bySeverity[severity]} ${severity}`),
    );
    const what = reported.hasBaseline ? "new violation" : "violation";
    parts.push(`${paint("red", `✗ ${count(violations, what)}`)} (${severities.join(", ")})`);
  }
  if (unknown > 0) parts.push(paint("yellow", `? ${unknown.toLocaleString("en")} unknown`));
  if (proved > 0) parts.push(paint("green", `✓ ${proved.toLocaleString("en")} proved`));
  if (known > 0) parts.push(paint("dim", `${known.toLocaleString("en")} known from the baseline`));
  if (suppressed > 0) parts.push(paint("dim", `${suppressed.toLocaleString("en")} suppressed`));
  if (isIncomplete(reported.result)) parts.push(paint("yellow", "! incomplete: not everything could be judged"));
  return parts.join("  ");
}

function* nextSteps(findings: readonly Finding[], reported: Reported, { paint }: Drawing): Generator<string> {
  const [worst] = findings;
  const arrow = paint("cyan", "→");
  if (worst !== undefined) yield `${arrow} More on one of them: keys audit --explain ${printable(worst.rule)}\n`;
  if (!reported.includeUnknown && totalsOf(reported).unknown > 0) {
    yield `${arrow} Why something is unknown: keys audit --include-unknown\n`;
  }
  if (reported.compared.gone > 0) {
    const gone = count(reported.compared.gone, "entry of the baseline is", "entries of the baseline are");
    yield `${arrow} ${gone} found no longer: keys audit --update-baseline\n`;
  }
}
