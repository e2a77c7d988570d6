import type { Finding } from "../../findings/finding.ts";
import type { Severity } from "../../rules/rule.ts";
import { printable } from "../printable.ts";
import type { Reported } from "../reported.ts";
import { excerpt } from "./excerpt.ts";
import type { Colour, Drawing } from "./paint.ts";
import { truncate, truncateStart, widthOf, wrap } from "./text-width.ts";

export const SEVERITY_COLOUR: Readonly<Record<Severity, Colour>> = {
  critical: "red",
  high: "red",
  medium: "yellow",
  low: "cyan",
};

/** Steps of a path that are shown; of a longer one the middle is left out. */
const MOST_STEPS = 12;

/** One finding as a person reads it: what, where, how it gets there, and what to do. */
export function findingBlock(finding: Finding, fix: string, reported: Reported, drawing: Drawing): string[] {
  const { paint, width } = drawing;
  const indent = "    ";
  const room = width - indent.length;
  const severity = paint(SEVERITY_COLOUR[finding.severity], finding.severity);
  const taken = 2 + 2 + finding.severity.length + 2 + widthOf(printable(finding.rule)) + 5;
  const entry = truncate(printable(finding.entryPoint ?? ""), Math.max(10, width - taken));
  const where = entry === "" ? "" : `  ${paint("dim", "in")} ${entry}`;
  const block = [
    `  ${paint("red", "✗")} ${severity}  ${paint("bold", printable(finding.rule))}${where}`,
    ...wrap(printable(finding.message), room).map((line) => indent + line),
    "",
    ...excerpt(finding, reported.lines(finding.location.file), paint, room).map((line) => indent + line),
    "",
  ];
  const steps = stepsOf(finding);
  const places = steps.map(({ place }) => truncateStart(printable(place), Math.floor(room * 0.6)));
  const column = Math.max(...places.map(widthOf));
  steps.forEach(({ label }, index) => {
    const head = index > 0 ? "    " : paint("dim", steps.length === 1 ? "at  " : "path");
    const place = paint("cyan", places[index] ?? "");
    const text = truncate(printable(label), Math.max(10, room - column - 8));
    block.push(`${indent}${head}  ${text === "" ? place : `${padded(place, places[index] ?? "", column)}  ${text}`}`);
  });
  wrap(printable(fix), room - 6).forEach((line, index) => {
    block.push(`${indent}${index === 0 ? paint("dim", "fix ") : "    "}  ${line}`);
  });
  return block;
}

function padded(painted: string, plain: string, to: number): string {
  return painted + " ".repeat(Math.max(0, to - widthOf(plain)));
}

function stepsOf(finding: Finding): { place: string; label: string }[] {
  const { file, line, column } = finding.location;
  const own = { place: `${file}:${line}:${column}`, label: "" };
  const steps = finding.path.map(({ location, label }) => ({
    place: `${location.file}:${location.line}:${location.column}`,
    // It stands above already.
    label: label === finding.message ? "" : label,
  }));
  if (steps.at(-1)?.place !== own.place) steps.push(own);
  const distinct = steps.filter(
    (step, index) => step.place !== steps[index - 1]?.place || step.label !== steps[index - 1]?.label,
  );
  if (distinct.length <= MOST_STEPS) return distinct;
  const half = MOST_STEPS / 2;
  const left = { place: "…", label: `${distinct.length - MOST_STEPS} steps more` };
  return [...distinct.slice(0, half), left, ...distinct.slice(-half)];
}

/** One finding on one line, as compilers write it. */
export function findingLine(finding: Finding, { paint }: Drawing): string {
  const { file, line, column } = finding.location;
  const place = `${printable(file)}:${line}:${column}`;
  const severity = paint(SEVERITY_COLOUR[finding.severity], finding.severity);
  return `${paint("cyan", place)} ${severity} ${paint("bold", printable(finding.rule))} ${printable(finding.message)}`;
}
