import { CliError } from "../errors.ts";
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

/** Any failure as a CliError; an unforeseen one keeps its message, which by rule holds no secret. */
export function asCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new CliError("unexpected", message, { cause: error });
}
