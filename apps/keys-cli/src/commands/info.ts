import type { Command } from "commander";
import type { ModuleCopy } from "../catalogue/catalogue.ts";
import type { Paint } from "../terminal/colours.ts";
import { print, withJson, type CommandContext, type JsonOption } from "./context.ts";

/** `keys info <slug>`. */
export function addInfo(program: Command, context: CommandContext): void {
  withJson(
    program
      .command("info")
      .argument("<slug>", "the module, as `keys list` names it")
      .description("what a module does, needs and opens, before it is added"),
  ).action((slug: string, options: JsonOption) => info(slug, options, context));
}

async function info(slug: string, options: JsonOption, context: CommandContext): Promise<void> {
  const copy = await context.catalogue.load(slug);
  const { manifest, dependencies, peers, files } = copy;
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
  const value = { ...manifest, packages: dependencies, peers, files: files.map(({ path }) => path), bytes };
  print(context, options, value, (paint) => describe(copy, bytes, paint));
}

function describe({ manifest, dependencies, peers, files }: ModuleCopy, bytes: number, paint: Paint): string {
  const packages = (ranges: Readonly<Record<string, string>>): string[] =>
    Object.entries(ranges).map(([name, range]) => `${name} ${range}`);
  const routes = manifest.exposed_routes.map(
    ({ method, path, auth, tenant_scope: scope }) => `${method.join(", ")} ${path}  (${auth.join(", ")}; ${scope})`,
  );
  const sections: [string, readonly string[]][] = [
    ["Routes", routes],
    ["Tables", manifest.tables],
    ["Effects", manifest.side_effects],
    ["Must be set", manifest.required_env],
    ["May be set", manifest.optional_env],
    ["Packages added", packages(dependencies)],
    ["Packages of your own it uses", packages(peers)],
    ["Works with", packages(manifest.compatibility)],
    ["Open without a tenant, because", manifest.global_reason === undefined ? [] : [manifest.global_reason]],
    ["Open without a credential, because", manifest.public_reason === undefined ? [] : [manifest.public_reason]],
  ];
  return [
    `${paint("bold", manifest.title)}  ${manifest.slug} ${manifest.version}  ${paint("dim", manifest.key_type.join(", "))}`,
    manifest.description,
    ...sections.flatMap(([title, lines]) =>
      lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)],
    ),
    "",
    `${files.length} files, ${Math.ceil(bytes / 1024)} kB, ${manifest.license_spdx}`,
    `Add it: keys add ${manifest.slug}    Read it: keys docs ${manifest.slug}`,
  ].join("\n");
}
