import type { Finding } from "../../findings/finding.ts";
import { shownExcerpt, shownLine } from "../mask-secrets.ts";
import { printable } from "../printable.ts";
import type { Paint } from "./paint.ts";
import { padStart, truncate, widthOf } from "./text-width.ts";

const BEFORE = 2;
const AFTER = 1;

/** The source around a finding with line numbers, and carets below what is meant; [] when there is none to show. */
export function excerpt(finding: Finding, lines: readonly string[] | null, paint: Paint, width: number): string[] {
  const { line, column, endLine, endColumn } = finding.location;
  const source = lines?.[line - 1];
  if (lines === null || source === undefined) {
    return shownExcerpt(finding)
      .split("\n")
      .slice(0, BEFORE + 1 + AFTER)
      .map((text) => `  ${paint("dim", "│")} ${truncate(visible(text), width - 4)}`);
  }
  const own = shownLine(source, finding, line);
  const from = Math.max(1, line - BEFORE);
  const to = Math.min(lines.length, line + AFTER);
  const gutter = String(to).length + 1;
  const room = Math.max(20, width - gutter - 4);
  const drawn: string[] = [];
  // A line longer than the room is shown from shortly before what is meant.
  const start = visible(own.slice(0, column - 1));
  const skip = widthOf(start) > room - 12 ? Math.max(0, start.length - 12) : 0;
  for (let number = from; number <= to; number++) {
    const text = visible(shownLine(lines[number - 1] ?? "", finding, number));
    const shown = number === line ? text.slice(skip) : text;
    const numbered = `${padStart(String(number), gutter)} │ `;
    drawn.push(`${paint("dim", numbered)}${truncate(shown, room)}`.trimEnd());
    if (number !== line) continue;
    const end = endLine === line ? Math.max(column, endColumn - 1) : own.length;
    const marked = visible(own.slice(column - 1, end)).trimEnd();
    const offset = widthOf(start.slice(skip));
    const carets = "^".repeat(Math.max(1, Math.min(widthOf(marked), room - offset)));
    drawn.push(`${paint("dim", `${" ".repeat(gutter)} │ `)}${" ".repeat(offset)}${paint("red", carets)}`);
  }
  return drawn;
}

/** Tabs become two blanks, so that carets stand where they should. */
function visible(text: string): string {
  return printable(text.replaceAll("\t", "  "));
}
