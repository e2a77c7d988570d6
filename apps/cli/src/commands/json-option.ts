import type { Command } from "commander";

/** Gives a command its --json. */
export function withJson(command: Command): Command {
  return command.option("--json", "print JSON for scripts");
}
