import { InvalidArgumentError, type Command } from "commander";
import type { CommandContext, JsonOption } from "./context.ts";

export interface PagingOptions {
  limit?: number;
  cursor?: string;
}

/** Gives a list command its --limit and --cursor. */
export function addPaging(command: Command): Command {
  return command
    .option("--limit <count>", "how many at most (1–200)", pageSize)
    .option("--cursor <cursor>", "where the last page ended");
}

export function pageQuery(options: PagingOptions): { limit: number | undefined; cursor: string | undefined } {
  return { limit: options.limit, cursor: options.cursor };
}

/** Says on stderr that there is more, so that a piped table stays a table. */
export function moreHint(
  context: CommandContext,
  options: JsonOption,
  cursor: string | null | undefined,
  command: string,
): void {
  if (options.json === true || !cursor) return;
  context.terminal.stderr.write(`There is more: ${command} --cursor ${cursor}\n`);
}

function pageSize(text: string): number {
  const value = Number(text);
  if (!/^[0-9]+$/.test(text) || value < 1 || value > 200)
    throw new InvalidArgumentError("It must be a number from 1 to 200.");
  return value;
}
