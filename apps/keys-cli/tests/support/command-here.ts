import { packedCatalogue } from "../../src/catalogue/packed-catalogue.ts";
import { addAdd } from "../../src/commands/add.ts";
import type { RegisterCommand } from "../../src/commands/context.ts";
import { addDocs } from "../../src/commands/docs.ts";
import { addInfo } from "../../src/commands/info.ts";
import { addList } from "../../src/commands/list.ts";
import { addNew } from "../../src/commands/new.ts";
import { addRemove } from "../../src/commands/remove.ts";
import { addVerify } from "../../src/commands/verify.ts";
import type { ExitCode } from "../../src/exit-codes.ts";
import { run } from "../../src/program.ts";
import type { Terminal } from "../../src/terminal/terminal.ts";

const COMMANDS: readonly RegisterCommand[] = [addList, addInfo, addNew, addAdd, addVerify, addRemove, addDocs];

/** One command line in this process, over a catalogue a test has made. */
export function commandHere(
  catalogue: string,
  args: readonly string[],
  cwd: string,
  terminal: Terminal,
): Promise<ExitCode> {
  return run(args, { terminal, cwd, catalogue: packedCatalogue(catalogue), version: "0.0.0", outcome: 0 }, COMMANDS);
}
