import type { Command } from "commander";
import { attentionOf, type Attention } from "../add/attention.ts";
import { mountLines, type MountLines } from "../add/mount-lines.ts";
import { tablesElsewhere } from "../add/tables-elsewhere.ts";
import { applySteps, planAdd, type AddPlan } from "../add/plan-add.ts";
import type { ModuleCopy } from "../catalogue/catalogue.ts";
import { findHost } from "../host/find-host.ts";
import type { Host } from "../host/host.ts";
import { sourceFolderOf } from "../host/source-folder.ts";
import { isIgnored, uncommitted } from "../host/git-state.ts";
import type { Paint } from "../terminal/colours.ts";
import { print, warn, withHost, type CommandContext, type HostOption } from "./context.ts";

interface AddOptions extends HostOption {
  force?: true;
  runtime?: string;
}

/** `keys add <slug>`. */
export function addAdd(program: Command, context: CommandContext): void {
  withHost(
    program
      .command("add")
      .argument("<slug>", "the module, as `keys list` names it")
      .description("copy a module into modules/<slug> of this application, and print how to mount it")
      .option("--force", "replace files of the module that were edited here, or go back to an older version")
      .option("--runtime <spec>", "what package.json shall say for @meterr/runtime, e.g. file:../meterr-runtime.tgz"),
  )
    .addHelpText("after", addHelp)
    .action((slug: string, options: AddOptions) => add(slug, options, context));
}

const addHelp = `
Writes modules/<slug>, keys.lock.json, the dependencies in package.json and lines in .env.example; no other file.
Works offline. Run again with a newer @meterr/keys it brings the module up to date.`;

async function add(slug: string, options: AddOptions, context: CommandContext): Promise<void> {
  const copy = await context.catalogue.load(slug);
  const host = findHost(context.cwd, options.cwd);
  const warnings = await warningsOf(host, slug);
  for (const text of warnings) warn(context, options, text);
  const instead = options.runtime === undefined ? {} : { "@meterr/runtime": options.runtime };
  const plan = await planAdd(host, copy, { force: options.force === true, instead });
  await applySteps(plan.steps);
  const attention = attentionOf(host, copy);
  const mount = mountLines(host, copy, sourceFolderOf(host));
  const value = {
    slug,
    outcome: plan.outcome,
    from: plan.from,
    version: copy.manifest.version,
    folder: `modules/${slug}`,
    replaced_edits: plan.lost,
    dependencies: plan.dependencies,
    env: { required: copy.manifest.required_env, optional: copy.manifest.optional_env },
    attention,
    mount,
    install: host.install.all,
    warnings,
  };
  print(context, options, value, (paint) => describe({ host, copy, plan, attention, mount, paint }));
}

async function warningsOf(host: Host, slug: string): Promise<string[]> {
  const warnings: string[] = [];
  if (host.workspaceRoot) {
    warnings.push("This is the root of a workspace. For one of its applications, name its folder with --cwd.");
  }
  if ((await uncommitted(host.root)) === true) {
    warnings.push("There are uncommitted changes: what this command changes will stand among them.");
  }
  if (await isIgnored(host.root, `modules/${slug}/esm/index.js`)) {
    warnings.push(
      `git ignores modules/${slug}: it would be missing wherever the repository is cloned. Mend .gitignore.`,
    );
  }
  return warnings;
}

interface Told {
  readonly host: Host;
  readonly copy: ModuleCopy;
  readonly plan: AddPlan;
  readonly attention: readonly Attention[];
  readonly mount: MountLines;
  readonly paint: Paint;
}

function describe({ host, copy, plan, attention, mount, paint }: Told): string {
  const { slug, version, required_env: required, tables } = copy.manifest;
  const lines = [`${paint("green", "✓")} ${OUTCOMES[plan.outcome](`${slug} ${version}`, plan.from)}`];
  const added = Object.entries(plan.dependencies).map(([name, range]) => `${name} ${range}`);
  if (added.length > 0) lines.push(`  package.json: ${added.join(", ")}`);
  if (plan.envText !== "") lines.push("  .env.example: lines for its settings");
  for (const path of plan.lost) lines.push(`  ${paint("yellow", "replaced")} modules/${slug}/${path}`);
  const unchanged = plan.outcome === "unchanged" && plan.steps.length === 0;

  const todo: string[][] = [];
  if (added.length > 0) todo.push([`Run: ${host.install.all}`]);
  for (const { text, command } of attention) todo.push([text, `Run: ${command}`]);
  if (required.length > 0) todo.push([`Set ${required.join(", ")} (modules/${slug}/README.md says to what).`]);
  const ups = copy.files.filter(({ path }) => path.endsWith(".up.sql"));
  if (ups.length > 0) todo.push([`Run the SQL in modules/${slug}/migrations as the role that shall own its tables.`]);
  const sql = ups.map(({ bytes }) => Buffer.from(bytes).toString("utf8")).join(";");
  const elsewhere = tablesElsewhere(tables, "create", sql);
  if (elsewhere.length > 0) {
    todo.push([`Make ${elsewhere.join(", ")}: "Installation" in modules/${slug}/README.md says how.`]);
  }
  if (mount.parts.some(({ code }) => /\bhost\b/.test(code))) {
    todo.push([
      "Write the host once, for all modules: what they need of your database and sessions. To copy from:",
      `"The host" in node_modules/@meterr/runtime/README.md.`,
    ]);
  }
  for (const { file, code } of mount.parts) {
    const where = file === null ? `Where your ${mount.framework} application is made` : `In ${file}`;
    todo.push([`${where}:`, ...code.split("\n").map((line) => (line === "" ? "" : `  ${paint("cyan", line)}`))]);
  }
  todo.push([`Ask whether all is well: keys verify ${slug}`]);
  lines.push("", paint("bold", unchanged ? "Where it is not wired yet" : "Next"));
  todo.forEach(([first = "", ...rest], index) => {
    lines.push(`  ${index + 1}. ${first}`, ...rest.map((line) => (line === "" ? "" : `     ${line}`)));
  });
  return lines.join("\n");
}

const OUTCOMES: Readonly<Record<AddPlan["outcome"], (what: string, from: string | null) => string>> = {
  added: (what) => `Added ${what}.`,
  unchanged: (what) => `${what} is here already.`,
  repaired: (what) => `Put back the files of ${what}.`,
  replaced: (what, from) => `Replaced version ${from ?? "?"} by ${what}. Its CHANGELOG.md says what is different.`,
};
