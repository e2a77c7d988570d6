import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { parseManifest, type KeyManifest } from "@meterr/runtime";
import { KeysError } from "../errors.ts";
import { findHost } from "../host/find-host.ts";
import { requireInside } from "../host/require-inside.ts";
import { printable } from "../terminal/printable.ts";
import { ownModules } from "../verify/verify-modules.ts";
import { print, withHost, type CommandContext, type HostOption } from "./context.ts";

/** `keys docs [slug]`. */
export function addDocs(program: Command, context: CommandContext): void {
  withHost(
    program
      .command("docs")
      .argument("[slug]", "a module: its README and quickstart (default: a page on what this application has)")
      .description("read a module's documentation, or write a page on this application's modules, as Markdown"),
  ).action((slug: string | undefined, options: HostOption) =>
    slug === undefined ? page(options, context) : read(slug, options, context),
  );
}

/** The copy of the application comes first: it says what that version does. */
async function read(slug: string, options: HostOption, context: CommandContext): Promise<void> {
  const documents = localDocuments(slug, options, context) ?? (await offeredDocuments(slug, context));
  const { readme, quickstart } = documents;
  print(context, options, { slug, readme, quickstart }, () => {
    // The application's copy may be anybody's words.
    const lines = [readme, quickstart].join("\n").trimEnd().split(/\r?\n/);
    return lines.map((line) => printable(line.replaceAll("\t", "    "))).join("\n");
  });
}

interface Documents {
  readonly readme: string;
  readonly quickstart: string;
}

function localDocuments(slug: string, options: HostOption, context: CommandContext): Documents | null {
  const root = hostRoot(options, context);
  if (root === null || !/^[a-z0-9-]+$/.test(slug) || !ownModules(root).includes(slug)) return null;
  const folder = requireInside(root, `modules/${slug}`);
  const text = (name: string): string =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), "utf8") : "";
  return { readme: text("README.md"), quickstart: text("quickstart.md") };
}

async function offeredDocuments(slug: string, context: CommandContext): Promise<Documents> {
  const { files } = await context.catalogue.load(slug);
  const text = (name: string): string =>
    Buffer.from(files.find(({ path }) => path === name)?.bytes ?? []).toString("utf8");
  return { readme: text("README.md"), quickstart: text("quickstart.md") };
}

/** Without an application, of what is offered. */
async function page(options: HostOption, context: CommandContext): Promise<void> {
  const root = hostRoot(options, context);
  const own = root === null ? [] : ownModules(root);
  const manifests: KeyManifest[] = [];
  if (root !== null && own.length > 0) {
    for (const slug of own) {
      const text = readFileSync(join(requireInside(root, `modules/${slug}`), "key.json"), "utf8");
      manifests.push(parseManifest(JSON.parse(text)));
    }
  } else {
    for (const slug of await context.catalogue.slugs())
      manifests.push((await context.catalogue.summary(slug)).manifest);
  }
  print(context, options, { modules: manifests }, () =>
    markdown(manifests, own.length > 0)
      .split("\n")
      .map(printable)
      .join("\n"),
  );
}

function markdown(manifests: readonly KeyManifest[], here: boolean): string {
  const lines = [here ? "# KEY modules of this application" : "# KEY modules that can be added", ""];
  for (const manifest of manifests) {
    lines.push(`## ${manifest.title}`, "", `\`${manifest.slug}\` ${manifest.version}. ${manifest.description}`, "");
    if (manifest.exposed_routes.length > 0) {
      lines.push("| route | credentials it may take | tenant | what it does |", "|---|---|---|---|");
      for (const { method, path, auth, tenant_scope: scope, description } of manifest.exposed_routes) {
        lines.push(`| \`${method.join(", ")} ${path}\` | ${auth.join(", ")} | ${scope} | ${description} |`);
      }
      lines.push("");
    }
    const facts: [string, readonly string[]][] = [
      ["Tables", manifest.tables],
      ["Must be set", manifest.required_env],
      ["May be set", manifest.optional_env],
      ["Effects", manifest.side_effects],
    ];
    for (const [title, values] of facts) if (values.length > 0) lines.push(`- ${title}: ${values.join(", ")}`);
    if (lines.at(-1) !== "") lines.push("");
  }
  return lines.join("\n").trimEnd();
}

function hostRoot(options: HostOption, context: CommandContext): string | null {
  try {
    return findHost(context.cwd, options.cwd).root;
  } catch (error) {
    if (options.cwd === undefined && error instanceof KeysError && error.code === "host_missing") return null;
    throw error;
  }
}
