import type { KeysError } from "../errors.ts";
import { colours } from "./colours.ts";
import { printable } from "./printable.ts";
import type { Terminal } from "./terminal.ts";

/** Writes a failure to stderr: what happened, to which files, and what to do. With `json` as one line of JSON. */
export function printError(error: KeysError, terminal: Pick<Terminal, "stderr" | "env">, json: boolean): void {
  const { stderr } = terminal;
  if (json) {
    const { code, message, next, files } = error;
    stderr.write(`${JSON.stringify({ error: { code, message, next: next ?? null, files } })}\n`);
    return;
  }
  const paint = colours(stderr, terminal.env);
  stderr.write(`${paint("red", "✗")} ${lines(error.message)}\n`);
  for (const file of error.files) stderr.write(`    ${printable(file)}\n`);
  if (error.next !== undefined) stderr.write(`  ${paint("cyan", "→")} ${lines(error.next)}\n`);
}

function lines(text: string): string {
  return text.split("\n").map(printable).join("\n    ");
}
