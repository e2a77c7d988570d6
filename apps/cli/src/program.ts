import { Command, CommanderError } from "commander";
import { addAuditLog } from "./commands/audit-log.ts";
import { addBudgets } from "./commands/budgets.ts";
import type { CommandContext } from "./commands/context.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addMembers } from "./commands/members.ts";
import { addMigrate } from "./commands/migrate.ts";
import { addModelPrices } from "./commands/model-prices.ts";
import { addProviderSecrets } from "./commands/provider-secrets.ts";
import { addResetPassword } from "./commands/reset-password.ts";
import { addSetup } from "./commands/setup.ts";
import { addUp } from "./commands/up.ts";
import { addUsage } from "./commands/usage.ts";
import { addVirtualKeys } from "./commands/virtual-keys.ts";
import { asCliError } from "./errors.ts";
import { exitCodes, type ExitCode } from "./exit-codes.ts";
import { printError } from "./terminal/print-error.ts";
import type { UpContext } from "./up/up.ts";

export type ProgramContext = CommandContext & UpContext & { version: string };

/** Runs one command line and says how it ended. Nothing is thrown. */
export async function run(args: readonly string[], context: ProgramContext): Promise<ExitCode> {
  const { terminal } = context;
  try {
    await program(context).parseAsync([...args], { from: "user" });
    return exitCodes.ok;
  } catch (error) {
    // Help and version end this way too, with 0; commander has written its message already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const failure = asCliError(error);
    printError(failure, terminal, args.includes("--json"));
    return failure.exitCode;
  }
}

function program(context: ProgramContext): Command {
  const { stdout, stderr } = context.terminal;
  const meterr = new Command("meterr")
    .description("Keeps AI provider secrets sealed, meters every token they buy, and holds limits.")
    .version(context.version)
    .exitOverride()
    .showHelpAfterError("(--help shows what there is)")
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
    .addHelpText("after", exitCodesHelp);
  addUp(meterr, context);
  addDoctor(meterr, context);
  addMigrate(meterr, context);
  addSetup(meterr, context);
  addResetPassword(meterr, context);
  addProviderSecrets(meterr, context);
  addVirtualKeys(meterr, context);
  addMembers(meterr, context);
  addBudgets(meterr, context);
  addModelPrices(meterr, context);
  addUsage(meterr, context);
  addAuditLog(meterr, context);
  return meterr;
}

const exitCodesHelp = `
Exit codes: 0 done · 1 failed · 2 wrong usage · 3 refused by the server · 4 server not reachable · 78 settings or data refused
Server: METERR_URL (default http://127.0.0.1 with METERR_DASHBOARD_PORT, else 3000). Credential: METERR_API_TOKEN, else the file that "npx meterr setup" wrote.`;
