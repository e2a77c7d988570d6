import type { Command } from "commander";
import { examine } from "../doctor/examine.ts";
import type { Finding } from "../doctor/finding.ts";
import { CliError } from "../errors.ts";
import type { Paint } from "../terminal/colours.ts";
import { print, type CommandContext, type JsonOption } from "./context.ts";
import { withJson } from "./json-option.ts";

/** `meterr doctor`: says what is wrong and how to mend it. */
export function addDoctor(program: Command, context: CommandContext): void {
  withJson(program.command("doctor").description("say what is wrong on this machine and how to mend it")).action(
    async (options: JsonOption) => {
      const findings = await examine(context.surroundings);
      const problems = findings.filter(({ status }) => status === "problem").length;
      print(context, options, { ok: problems === 0, checks: findings }, (paint) =>
        findings.map((finding) => line(finding, paint)).join("\n"),
      );
      if (problems > 0)
        throw new CliError("unhealthy", `${problems} ${problems === 1 ? "check" : "checks"} found a problem.`);
    },
  );
}

const marks = { ok: ["green", "✓"], problem: ["red", "✗"], skipped: ["dim", "–"] } as const;

function line({ check, status, detail, mend }: Finding, paint: Paint): string {
  const [colour, mark] = marks[status];
  const first = `${paint(colour, mark)} ${check.padEnd(10)} ${detail}`;
  return mend === null ? first : `${first}\n  ${paint("cyan", "→")} ${mend}`;
}
