import { Command, CommanderError } from "commander";
import type { CommandContext, RegisterCommand } from "./commands/context.ts";
import { asKeysError } from "./errors.ts";
import { exitCodes, type ExitCode } from "./exit-codes.ts";
import { printError } from "./terminal/print-error.ts";

/** Runs one command line and says how it ended. Nothing is thrown. */
export async function run(
  args: readonly string[],
  context: CommandContext,
  commands: readonly RegisterCommand[],
): Promise<ExitCode> {
  const { terminal } = context;
  for (const output of [terminal.stdout, terminal.stderr]) output.on?.("error", passOverClosedPipe);
  try {
    await program(context, commands).parseAsync([...args], { from: "user" });
    return context.outcome;
  } catch (error) {
    // Help and version end this way too, with 0; commander has written its message already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const failure = asKeysError(error);
    printError(failure, terminal, args.includes("--json"));
    return failure.exitCode;
  }
}

/** Whoever reads may have read enough (`keys docs | head`): that is no failure of the command. */
function passOverClosedPipe(error: Error): void {
  if (!("code" in error) || error.code !== "EPIPE") throw error;
}

function program(context: CommandContext, commands: readonly RegisterCommand[]): Command {
  const { stdout, stderr } = context.terminal;
  const keys = new Command("keys")
    .description(
      "Adds KEY modules, secure by default, to a Node or Next.js application, and tells whether they are wired.",
    )
    .version(context.version)
    .exitOverride()
    .showHelpAfterError("(--help shows what there is)")
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
    .addHelpText("after", exitCodesHelp);
  for (const register of commands) register(keys, context);
  return keys;
}

const exitCodesHelp = `
Exit codes: 0 ok · 1 problem found, or refused · 2 wrong usage · 3 incomplete: something could not be told`;
