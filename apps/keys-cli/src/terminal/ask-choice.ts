import { isCancel, select } from "@clack/prompts";
import { KeysError } from "../errors.ts";
import { isInteractive, type Terminal } from "./terminal.ts";

/** The option's value, or one a person picks; without a terminal the option is required. */
export async function askChoice<Value extends string>(
  given: Value | undefined,
  what: string,
  choices: Readonly<Record<Value, string>>,
  option: string,
  terminal: Terminal,
): Promise<Value> {
  if (given !== undefined) return given;
  const values = Object.keys(choices) as Value[];
  if (terminal.stdin.isTTY !== true || !isInteractive(terminal.stdout, terminal.env)) {
    throw new KeysError("usage", `${what} is needed.`, { next: `Pass ${option} with one of: ${values.join(", ")}.` });
  }
  const options = values.map((value) => ({ value: value as string, label: value as string, hint: choices[value] }));
  const answer = await select({ message: what, options });
  if (isCancel(answer)) throw new KeysError("cancelled", "Cancelled; nothing was changed.");
  return answer as Value;
}
