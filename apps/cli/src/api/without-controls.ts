import { printable } from "../terminal/printable.ts";

/** A sentence from a server: one line, at most 500 characters, nothing a terminal would obey. */
export function withoutControls(text: string): string {
  return printable(text.replaceAll(/\s+/g, " ")).slice(0, 500);
}
