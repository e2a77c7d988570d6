import type { Command } from "commander";
import { findHost } from "../host/find-host.ts";
import type { Colour, Paint } from "../terminal/colours.ts";
import { printable } from "../terminal/printable.ts";
import type { Verdict } from "../verify/check.ts";
import { verifyModules, type Verified } from "../verify/verify-modules.ts";
import { endWith, print, withHost, type CommandContext, type HostOption } from "./context.ts";

/** `keys verify [slug...]`. */
export function addVerify(program: Command, context: CommandContext): void {
  withHost(
    program
      .command("verify")
      .argument("[slug...]", "only these modules (default: all, the application's own included)")
      .description("tell of each module whether it is wired: files, packages, settings, mount, routes, RLS"),
  )
    .addHelpText("after", verifyHelp)
    .action((slugs: string[], options: HostOption) => verify(slugs, options, context));
}

const verifyHelp = `
Reads the application's source by parsing it; runs nothing of it. Values of variables are neither kept nor shown.
Ends with 1 when a problem was found, else with 3 when something could not be told.`;

async function verify(slugs: readonly string[], options: HostOption, context: CommandContext): Promise<void> {
  const host = findHost(context.cwd, options.cwd);
  const modules = await verifyModules(host, slugs, context.terminal.env);
  const count = (verdict: Verdict): number =>
    modules.flatMap(({ checks }) => checks).filter((check) => check.verdict === verdict).length;
  const found = { problems: count("problem"), unknowns: count("unknown") };
  endWith(context, found);
  print(context, options, { host: host.root, ...found, modules }, (paint) => describe(modules, found, paint));
}

const MARKS: Readonly<Record<Verdict, readonly [Colour, string]>> = {
  ok: ["green", "✓"],
  problem: ["red", "✗"],
  unknown: ["yellow", "?"],
  none: ["dim", "–"],
};

function describe(
  modules: readonly Verified[],
  { problems, unknowns }: { problems: number; unknowns: number },
  paint: Paint,
): string {
  if (modules.length === 0) return "There is no module in this application. Choose one: keys list";
  const lines = modules.flatMap(({ slug, version, from, checks }) => [
    `${paint("bold", printable(slug))} ${version ?? ""}${from === "host" ? paint("dim", " (the application's own)") : ""}`,
    ...checks.flatMap(({ check, verdict, detail, fix }) => {
      const [colour, mark] = MARKS[verdict];
      const line = `  ${paint(colour, mark)} ${check.padEnd(16)}  ${printable(detail)}`;
      return fix === undefined ? [line] : [line, `    ${paint("cyan", "→")} ${printable(fix)}`];
    }),
    "",
  ]);
  const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
  if (problems + unknowns === 0) lines.push(paint("green", "All is wired."));
  else lines.push(`${plural(problems, "problem")}, ${plural(unknowns, "unknown")}.`);
  return lines.join("\n");
}
