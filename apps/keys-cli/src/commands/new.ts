import { Option, type Command } from "commander";
import { OFFERED } from "../catalogue/offered.ts";
import { KeysError } from "../errors.ts";
import { findHost } from "../host/find-host.ts";
import { rangeIn } from "../host/host.ts";
import { MODULE_TYPES, type ModuleType } from "../scaffold/module-type.ts";
import { scaffold } from "../scaffold/scaffold.ts";
import { writeScaffold } from "../scaffold/write-scaffold.ts";
import { askChoice } from "../terminal/ask-choice.ts";
import { print, withHost, type CommandContext, type HostOption } from "./context.ts";

interface NewOptions extends HostOption {
  type?: ModuleType;
  js?: true;
}

/** `keys new <slug> --type …`. */
export function addNew(program: Command, context: CommandContext): void {
  withHost(
    program
      .command("new")
      .argument("<slug>", "lower-case words joined by hyphens, e.g. invoice-export")
      .description("make a module of your own in modules/<slug>, with tests that already attack it")
      .addOption(new Option("--type <type>", "what it is").choices(Object.keys(MODULE_TYPES)))
      .option("--js", "JavaScript, also when the application is written in TypeScript"),
  ).action((slug: string, options: NewOptions) => make(slug, options, context));
}

/** Tables, environment variables and jobs are named after the slug; PostgreSQL cuts names at 63 bytes. */
const LONGEST = 40;

async function make(slug: string, options: NewOptions, context: CommandContext): Promise<void> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(slug) || slug.length > LONGEST) {
    throw new KeysError("usage", `A slug is lower-case words joined by hyphens, ${LONGEST} characters at most.`, {
      next: "For example: keys new invoice-export --type route",
    });
  }
  if ((OFFERED as readonly string[]).includes(slug)) {
    throw new KeysError("usage", `${slug} is the slug of a module that can be added.`, {
      next: `Add it: keys add ${slug}. Or choose another slug.`,
    });
  }
  const host = findHost(context.cwd, options.cwd);
  const type = await askChoice(options.type, "The type of the module", MODULE_TYPES, "--type", context.terminal);
  const { files, manifest } = scaffold(slug, type, host.typescript && options.js !== true);
  await writeScaffold(host.root, slug, files);

  const needed = [...manifest.dependencies, ...(type === "ui" ? ["react-dom"] : [])];
  const missing = needed.filter((name) => rangeIn(host, name) === undefined);
  const paths = files.map(({ path }) => `modules/${slug}/${path}`).sort();
  const test = `node --test "modules/${slug}/tests/*.test.mjs"`;
  const install = missing.length === 0 ? null : `${host.install.add} ${missing.join(" ")}`;
  print(context, options, { slug, type, files: paths, missing, install, test }, (paint) =>
    [
      `${paint("green", "✓")} Made ${slug}, a module of type ${type}.`,
      ...paths.map((path) => `  ${path}`),
      "",
      paint("bold", "Next"),
      ...[
        ...(install === null ? [] : [`Run: ${install}`]),
        `Attack it: ${test}`,
        ...(manifest.required_env.length === 0
          ? []
          : [
              `Set ${manifest.required_env.join(", ")}, and name it in .env.example: ${manifest.required_env.join("=, ")}=`,
            ]),
        ...(manifest.tables.length === 0
          ? []
          : [`Run the SQL that "Installation" in modules/${slug}/README.md names.`]),
        `Mount it as modules/${slug}/quickstart.md shows, then ask: keys verify ${slug}`,
      ].map((line, index) => `  ${index + 1}. ${line}`),
    ].join("\n"),
  );
}
