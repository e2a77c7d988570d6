import { Option, type Command } from "commander";
import { FORMATS, type AuditCommandOptions } from "../audit/audit-options.ts";
import type { Engine } from "../audit/engine.ts";
import type { CommandContext, RegisterCommand } from "./context.ts";

/** `keys audit [folder]`, judged by the auditor. */
export const addAudit: RegisterCommand = auditCommand(async () => {
  const { auditor } = await import("../audit/auditor.ts");
  return auditor;
});

/** The command over any engine. It is loaded when it is needed: the other commands start faster without. */
export function auditCommand(load: () => Promise<Engine>): RegisterCommand {
  return (program, context) => register(program, context, load);
}

function register(program: Command, context: CommandContext, load: () => Promise<Engine>): void {
  program
    .command("audit")
    .argument("[folder]", "the code to audit (default: this folder)")
    .description("prove that code keeps the security model, or show where it does not")
    .addOption(new Option("--format <format>", "how to report (default: terminal)").choices(FORMATS))
    .option("--json", "the same as --format json")
    .option("--output <file>", "write the report to a file, whole or not at all")
    .option("--include-unknown", "list what could be neither proved nor refuted, with the reason")
    .option("--baseline <file>", "known violations, which do not fail (default: keys.baseline.json, when there is one)")
    .option("--no-baseline", "report known violations as well")
    .option("--update-baseline", "make everything found now known")
    .option(
      "--changed [base]",
      "only findings in files changed since this branch left its base, and in what leads through them",
    )
    .option("--explain <rule>", "say what a rule is about, with examples, and end")
    .option("--init", "write keys.config.json, a baseline and a GitHub Actions workflow, and end")
    .option("--force", "with --init: overwrite them")
    .option("--no-cache", "neither read nor keep results of earlier runs")
    .option("--quiet", "one line per violation, no progress")
    .addHelpText("after", auditHelp)
    .action(async (folder: string | undefined, options: AuditCommandOptions) => {
      const { runAudit } = await import("../audit/run-audit.ts");
      await runAudit(folder, options, context, await load());
    });
}

const auditHelp = `
Reads the code by parsing it; runs nothing of it, needs no node_modules, and sends nothing anywhere.
To accept one finding: // keys-audit-ignore group/name -- why

Examples:
  keys audit                                          what is wrong here
  keys audit --explain tenant/unscoped-query          what a rule means, and how to mend it
  keys audit --changed origin/main                    a pull request
  keys audit --format sarif --output audit.sarif      for GitHub code scanning
  keys audit --init                                   start with a baseline, fail on what is new

Ends with 1 when there are violations that are not known, else with 3 when something could not be judged.`;
