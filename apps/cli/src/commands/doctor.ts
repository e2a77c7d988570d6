import type { Command } from "commander";
import { examine } from "../doctor/examine.ts";
import type { Finding } from "../doctor/finding.ts";
import { CliError } from "../errors.ts";
import type { Paint } from "../terminal/colours.ts";
import { print, type CommandContext, type JsonOption } from "./context.ts";
import { withJson } from "./json-option.ts";

interface DoctorOptions extends JsonOption {
  production?: true;
  backupsArranged?: true;
}

/** `meterr doctor`: says what is wrong and how to mend it. */
export function addDoctor(program: Command, context: CommandContext): void {
  withJson(
    program
      .command("doctor")
      .description("say what is wrong on this machine and how to mend it")
      .option(
        "--production",
        "also ask whether others may be let in: TLS, headers, limits, users, backups, dependencies",
      )
      .option("--backups-arranged", "with --production: write down that KEK, keystore and database are backed up"),
  ).action(async (options: DoctorOptions) => {
    if (options.backupsArranged === true && options.production !== true)
      throw new CliError("usage", "--backups-arranged belongs to --production.", { next: "Give both, or neither." });
    const production =
      options.production === true
        ? { now: context.now(), backupsArranged: options.backupsArranged === true }
        : undefined;
    const findings = await examine({ surroundings: context.surroundings, production });
    const count = (wanted: Finding["status"]) => findings.filter(({ status }) => status === wanted).length;
    const [problems, warnings] = [count("problem"), count("warning")];
    const width = Math.max(...findings.map(({ check }) => check.length));
    print(context, options, { ok: problems === 0, problems, warnings, checks: findings }, (paint) =>
      findings.map((finding) => line(finding, width, paint)).join("\n"),
    );
    if (problems > 0)
      throw new CliError("unhealthy", `${problems} ${problems === 1 ? "check" : "checks"} found a problem.`);
  });
}

const marks = { ok: ["green", "✓"], warning: ["yellow", "!"], problem: ["red", "✗"], skipped: ["dim", "–"] } as const;

function line({ check, status, detail, mend }: Finding, width: number, paint: Paint): string {
  const [colour, mark] = marks[status];
  const first = `${paint(colour, mark)} ${check.padEnd(width)} ${detail}`;
  return mend === null ? first : `${first}\n  ${paint("cyan", "→")} ${mend}`;
}
