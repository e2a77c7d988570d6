import type { CliError } from "../errors.ts";
import { colours } from "./colours.ts";
import type { Terminal } from "./terminal.ts";

/** Writes a failure to stderr: what happened, what to do, and the server's request id. With `json` as one line of JSON. */
export function printError(error: CliError, terminal: Pick<Terminal, "stderr" | "env">, json: boolean): void {
  const { stderr } = terminal;
  if (json) {
    const document = {
      error: {
        code: error.code,
        message: error.message,
        next: error.next ?? null,
        status: error.status ?? null,
        server_code: error.serverCode ?? null,
        request_id: error.requestId ?? null,
      },
    };
    stderr.write(`${JSON.stringify(document)}\n`);
    return;
  }
  const paint = colours(stderr, terminal.env);
  stderr.write(`${paint("red", "✗")} ${error.message}\n`);
  if (error.next !== undefined) stderr.write(`  ${paint("cyan", "→")} ${error.next}\n`);
  if (error.requestId !== undefined) stderr.write(paint("dim", `  request ${error.requestId}`) + "\n");
}
