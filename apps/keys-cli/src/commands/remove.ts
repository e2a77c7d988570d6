import type { Command } from "commander";
import { applySteps } from "../add/plan-add.ts";
import { tablesElsewhere } from "../add/tables-elsewhere.ts";
import { findHost } from "../host/find-host.ts";
import { uncommitted } from "../host/git-state.ts";
import { planRemove, type RemovePlan } from "../remove/plan-remove.ts";
import type { Paint } from "../terminal/colours.ts";
import { printable } from "../terminal/printable.ts";
import { print, warn, withHost, type CommandContext, type HostOption } from "./context.ts";

interface RemoveOptions extends HostOption {
  force?: true;
}

/** `keys remove <slug>`. */
export function addRemove(program: Command, context: CommandContext): void {
  withHost(
    program
      .command("remove")
      .argument("<slug>", "a module that `keys add` put here")
      .description("take a module out of this application; print what to unmount and the SQL that drops its tables")
      .option("--force", "also when its files were edited here: the edits are lost"),
  )
    .addHelpText("after", "\nNo database is touched: the data stays until you run the SQL yourself.")
    .action((slug: string, options: RemoveOptions) => remove(slug, options, context));
}

async function remove(slug: string, options: RemoveOptions, context: CommandContext): Promise<void> {
  const host = findHost(context.cwd, options.cwd);
  if ((await uncommitted(host.root)) === true) {
    warn(context, options, "There are uncommitted changes: what this command changes will stand among them.");
  }
  const plan = await planRemove(host, slug, options.force === true);
  await applySteps(plan.steps);
  const value = {
    slug,
    version: plan.version,
    unmount: plan.mounts.map(({ file, line }) => ({ file, line })),
    tables: plan.tables,
    down: plan.down,
    dependencies: { removed: plan.dependencies.removed, kept: plan.dependencies.kept },
    env_example: plan.envKept ? "kept" : "removed",
    lost: plan.lost,
    install: host.install.all,
  };
  print(context, options, value, (paint) => describe(slug, plan, host.install.all, paint));
}

function describe(slug: string, plan: RemovePlan, install: string, paint: Paint): string {
  const lines = [`${paint("green", "✓")} Removed ${slug} ${plan.version}.`];
  const removed = Object.keys(plan.dependencies.removed);
  if (removed.length > 0) lines.push(`  package.json: without ${removed.join(", ")}`);
  for (const [name, reason] of Object.entries(plan.dependencies.kept)) {
    lines.push(`  package.json: ${name} stays, ${printable(reason)}`);
  }
  if (plan.envKept) lines.push("  .env.example: lines of it were edited, and stay");
  for (const path of plan.lost) lines.push(`  ${paint("yellow", "lost")} modules/${slug}/${printable(path)}`);

  const todo: string[][] = [];
  if (plan.mounts.length > 0) {
    const places = plan.mounts.map(({ file, line }) => `  ${printable(file)}:${line}`);
    todo.push([
      "Unmount it: these lines import what is gone. Where that was all a file did, what imports the file goes, too.",
      ...places,
    ]);
  }
  if (removed.length > 0) todo.push([`Run: ${install}`]);
  if (plan.down.length > 0) {
    const tables = plan.tables.length === 0 ? "" : ` (${plan.tables.join(", ")})`;
    const sql = plan.down.flatMap((migration) => [`-- ${migration.file}`, ...migration.sql.split("\n")]);
    const heading = `The data is still there${tables}. When you want it gone, run as the role that owns the tables:`;
    todo.push([heading, ...sql.map((line) => `  ${paint("cyan", line)}`)]);
  }
  const sql = plan.down.map((migration) => migration.sql).join(";");
  const elsewhere = tablesElsewhere(plan.tables, "drop", sql);
  if (elsewhere.length > 0) {
    todo.push([
      `Not dropped by that: ${elsewhere.join(", ")}. "Removal" in the output of "keys docs ${slug}" says when and how.`,
    ]);
  }
  if (todo.length > 0) lines.push("", paint("bold", "Next"));
  todo.forEach(([first = "", ...rest], index) => {
    lines.push(`  ${index + 1}. ${first}`, ...rest.map((line) => `     ${line}`));
  });
  return lines.join("\n");
}
