import { printable } from "./printable.ts";
import type { Paint } from "./colours.ts";

export interface Column<Row> {
  title: string;
  value(row: Row): string | number | null | undefined;
  align?: "left" | "right";
}

/** Rows under their titles in aligned columns; empty values show as a dash. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], paint: Paint): string {
  const cells = rows.map((row) => columns.map((column) => cell(column.value(row))));
  const widths = columns.map((column, index) =>
    Math.max(column.title.length, ...cells.map((line) => width(line[index] ?? ""))),
  );
  const line = (values: readonly string[]) =>
    values
      .map((value, index) => pad(value, widths[index] ?? 0, columns[index]?.align ?? "left"))
      .join("  ")
      .trimEnd();
  const heading = paint("dim", line(columns.map((column) => column.title)));
  return [heading, ...cells.map(line)].join("\n");
}

function cell(value: string | number | null | undefined): string {
  return value === null || value === undefined || value === "" ? "–" : printable(String(value));
}

function pad(text: string, to: number, align: "left" | "right"): string {
  const blanks = " ".repeat(Math.max(0, to - width(text)));
  return align === "right" ? blanks + text : text + blanks;
}

/** Characters as a person counts them, so that accents and emoji do not shift the columns. */
function width(text: string): number {
  return [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text)].length;
}
