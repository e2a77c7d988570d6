import type { Command } from "commander";
import { KeysError } from "../errors.ts";
import { textOf } from "../files/write-atomically.ts";
import { findHost } from "../host/find-host.ts";
import { requireInside } from "../host/require-inside.ts";
import { LOCK_FILE, parseLock } from "../lock/lock.ts";
import { table, type Column } from "../terminal/table.ts";
import { print, withHost, type CommandContext, type HostOption } from "./context.ts";

interface Row {
  readonly slug: string;
  readonly version: string;
  readonly type: readonly string[];
  readonly maturity: string | null;
  readonly title: string;
  readonly description: string;
  /** The version in this application. */
  readonly installed: string | null;
}

/** `keys list`. */
export function addList(program: Command, context: CommandContext): void {
  withHost(program.command("list").description("the modules there are, and which of them this application has")).action(
    (options: HostOption) => list(options, context),
  );
}

async function list(options: HostOption, context: CommandContext): Promise<void> {
  const installed = await installedVersions(options, context);
  const rows: Row[] = [];
  for (const slug of await context.catalogue.slugs()) {
    const { manifest } = await context.catalogue.summary(slug);
    const { version, key_type: type, title, description, maturity = null } = manifest;
    rows.push({ slug, version, type, maturity, title, description, installed: installed[slug] ?? null });
  }
  const more = "\nOne in full: keys info <slug>";
  print(context, options, { modules: rows }, (paint) => `${table(COLUMNS, rows, paint)}\n${paint("dim", more)}`);
}

const COLUMNS: readonly Column<Row>[] = [
  { title: "MODULE", value: (row) => row.slug },
  { title: "VERSION", value: (row) => row.version },
  { title: "HERE", value: (row) => row.installed },
  { title: "TYPE", value: (row) => row.type.join(", ") },
  { title: "MATURITY", value: (row) => row.maturity },
  {
    title: "WHAT IT IS",
    value: (row) => (row.description.length > 70 ? `${row.description.slice(0, 69)}…` : row.description),
  },
];

/** Without an application around there is nothing installed, which is no mistake unless one was named. */
async function installedVersions(options: HostOption, context: CommandContext): Promise<Record<string, string>> {
  try {
    const { root } = findHost(context.cwd, options.cwd);
    const { modules } = parseLock(await textOf(requireInside(root, LOCK_FILE)));
    return Object.fromEntries(Object.entries(modules).map(([slug, { version }]) => [slug, version]));
  } catch (error) {
    if (options.cwd === undefined && error instanceof KeysError && error.code === "host_missing") return {};
    throw error;
  }
}
