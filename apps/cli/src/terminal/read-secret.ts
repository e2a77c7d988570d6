import { isCancel, password } from "@clack/prompts";
import { CliError } from "../errors.ts";
import { isInteractive, type Terminal } from "./terminal.ts";

/** Longest secret taken from stdin, in bytes: no provider issues longer ones. */
const longestSecret = 16_384;

export interface SecretRequest {
  /** What is asked for, e.g. "Provider secret". */
  what: string;
  /** True when the option (`--secret-stdin`) was given. */
  fromStdin: boolean;
  option: string;
}

/**
 * Reads a secret from stdin or by a masked prompt; never from an argument, which other users of
 * the machine could see. One trailing line end is dropped.
 */
export async function readSecret(request: SecretRequest, terminal: Terminal): Promise<string> {
  const value = request.fromStdin ? await readStdin(terminal, request.what) : await ask(request, terminal);
  if (value === "")
    throw new CliError("input_missing", `${request.what} is empty.`, {
      next: `Pipe it in: printf %s "$SECRET" | npx meterr … ${request.option}`,
    });
  if (/[\r\n\0]/.test(value))
    throw new CliError("input_missing", `${request.what} spans several lines.`, { next: "Pass one line only." });
  return value;
}

async function ask(request: SecretRequest, terminal: Terminal): Promise<string> {
  if (terminal.stdin.isTTY !== true || !isInteractive(terminal.stdout, terminal.env)) {
    throw new CliError("input_missing", `${request.what} is needed.`, {
      next: `Pass it on standard input with ${request.option}.`,
    });
  }
  const answer = await password({ message: request.what });
  if (isCancel(answer)) throw new CliError("input_missing", "Cancelled; nothing was changed.");
  return answer ?? "";
}

async function readStdin(terminal: Terminal, what: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of terminal.stdin) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    size += bytes.length;
    if (size > longestSecret) throw new CliError("input_missing", `${what} is longer than ${longestSecret} bytes.`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}
