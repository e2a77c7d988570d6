import { isCancel, text } from "@clack/prompts";
import { CliError } from "../errors.ts";
import { isInteractive, type Terminal } from "./terminal.ts";

/** The option's value, or an answer typed by a person; without a terminal the option is required. */
export async function askText(
  given: string | undefined,
  what: string,
  option: string,
  terminal: Terminal,
): Promise<string> {
  if (given !== undefined) return given;
  if (terminal.stdin.isTTY !== true || !isInteractive(terminal.stdout, terminal.env)) {
    throw new CliError("input_missing", `${what} is needed.`, { next: `Pass it with ${option}.` });
  }
  const answer = await text({ message: what, validate: (value) => (value?.trim() ? undefined : "This is needed.") });
  if (isCancel(answer)) throw new CliError("input_missing", "Cancelled; nothing was changed.");
  return answer.trim();
}
