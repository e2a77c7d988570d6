import type { Command } from "commander";
import type { Catalogue } from "../catalogue/catalogue.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { colours, type Paint } from "../terminal/colours.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** All a command may use of the world; made once in main.ts. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Where the command was started: an absolute path. */
  readonly cwd: string;
  readonly catalogue: Catalogue;
  /** Version of this package. */
  readonly version: string;
  /** How the command ends when it neither throws nor fails: set by a command that found problems. */
  outcome: ExitCode;
}

/** Adds one command to the program. main.ts holds the list of them. */
export type RegisterCommand = (program: Command, context: CommandContext) => void;

/** Options every command has. */
export interface JsonOption {
  json?: true;
}

/** Options of commands that look at a host application. */
export interface HostOption extends JsonOption {
  cwd?: string;
}

export function withJson(command: Command): Command {
  return command.option("--json", "print JSON for scripts");
}

export function withHost(command: Command): Command {
  return withJson(command).option("--cwd <folder>", "a folder of the application (default: this one)");
}

/** Writes a result: as one JSON document, or as `text` says it to a person. */
export function print(
  context: CommandContext,
  options: JsonOption,
  value: unknown,
  text: (paint: Paint) => string,
): void {
  const { stdout, env } = context.terminal;
  stdout.write(options.json === true ? `${JSON.stringify(value, null, 2)}\n` : `${text(colours(stdout, env))}\n`);
}

/** What a person should know that changes no result: to stderr, so that stdout stays the result. */
export function warn(context: CommandContext, options: JsonOption, text: string): void {
  const { stderr, env } = context.terminal;
  if (options.json !== true) stderr.write(`${colours(stderr, env)("yellow", "!")} ${text}\n`);
}

/** Problems weigh more than what could not be told. */
export function endWith(context: CommandContext, found: { problems: number; unknowns: number }): void {
  if (found.problems > 0) context.outcome = exitCodes.problem;
  else if (found.unknowns > 0) context.outcome = exitCodes.incomplete;
}
