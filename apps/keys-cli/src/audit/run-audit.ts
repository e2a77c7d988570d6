import { resolve } from "node:path";
import {
  baselineOf,
  compareWithBaseline,
  count,
  formatBaseline,
  isIncomplete,
  jsonReport,
  markdownReport,
  sarifReport,
  terminalReport,
  totalsOf,
  type Reported,
} from "@meterr/audit";
import type { CommandContext } from "../commands/context.ts";
import { exitCodes } from "../exit-codes.ts";
import { KeysError } from "../errors.ts";
import { textOf, writeAtomically } from "../files/write-atomically.ts";
import { colours } from "../terminal/colours.ts";
import { printable } from "../terminal/printable.ts";
import { writeChunks } from "../terminal/write-chunks.ts";
import { checkOptions, formatOf, type AuditCommandOptions, type Format } from "./audit-options.ts";
import { changedFiles } from "./changed-files.ts";
import type { Engine } from "./engine.ts";
import { explain } from "./explain.ts";
import { initialise } from "./initialise.ts";
import { auditedFolder, baselineFor, configurationOf } from "./inputs.ts";
import { asFailure, performAudit } from "./perform-audit.ts";
import { sourceLines } from "./source-lines.ts";

/** `keys audit [folder]`: audits, reports, and ends as the findings say. */
export async function runAudit(
  folder: string | undefined,
  options: AuditCommandOptions,
  context: CommandContext,
  engine: Engine,
): Promise<void> {
  checkOptions(options);
  const format = formatOf(options);
  if (options.explain !== undefined) return explain(options.explain, engine.rules, format === "json", context);
  try {
    const root = await auditedFolder(context.cwd, folder);
    if (options.init === true) await initialise(root, options, context, engine);
    else await report(root, format, options, context, engine);
  } catch (error) {
    throw asFailure(error);
  }
}

async function report(
  root: string,
  format: Format,
  options: AuditCommandOptions,
  context: CommandContext,
  engine: Engine,
): Promise<void> {
  const quiet = options.quiet === true;
  const update = options.updateBaseline === true;
  const named = typeof options.baseline === "string" ? options.baseline : undefined;
  const chosen = options.baseline === false ? null : await baselineFor(root, context.cwd, named, update);
  const base = typeof options.changed === "string" ? options.changed : null;
  const only = options.changed === undefined ? null : await changedFiles(root, base, context.terminal.env);
  const { configuration, diagnostics } = await configurationOf(root, engine.rules);
  const wanted = { root, configuration, diagnostics, only, cache: options.cache, quiet };
  const result = await performAudit(wanted, context, engine);

  let baseline = chosen?.baseline ?? null;
  if (update && chosen !== null) {
    baseline = baselineOf(result.findings);
    await save(chosen.path, formatBaseline(baseline));
  }
  const compared = compareWithBaseline(result.findings, baseline);
  const reported: Reported = {
    result,
    rules: engine.rules,
    // Of files that were not looked at, nothing can be said to be gone.
    compared: only === null ? compared : { ...compared, gone: 0 },
    hasBaseline: baseline !== null,
    includeUnknown: options.includeUnknown === true,
    version: context.version,
    lines: sourceLines(root),
  };
  await write(reported, format, options, context);
  if (update && !quiet) note(context, `${count(baseline?.findings.length ?? 0, "violation")} in ${chosen?.path ?? ""}`);
  if (compared.fresh.length > 0) context.outcome = exitCodes.problem;
  else if (isIncomplete(result)) context.outcome = exitCodes.incomplete;
}

async function write(
  reported: Reported,
  format: Format,
  options: AuditCommandOptions,
  context: CommandContext,
): Promise<void> {
  const { stdout, env } = context.terminal;
  const { output } = options;
  const quiet = options.quiet === true;
  const toFile = output !== undefined && output !== "-";
  const paint = toFile ? colours({ write: () => undefined }, {}) : colours(stdout, env);
  const width = Math.max(60, Math.min(140, (toFile ? undefined : stdout.columns) ?? 100));
  const chunks = {
    terminal: () => terminalReport(reported, { paint, width, quiet }),
    json: () => jsonReport(reported),
    sarif: () => sarifReport(reported),
    markdown: () => markdownReport(reported),
  }[format]();
  if (toFile) await save(resolve(context.cwd, output), [...chunks].join(""));
  else await writeChunks(stdout, chunks);
  if (quiet || (format === "terminal" && !toFile)) return;
  for (const line of inShort(reported)) note(context, line);
  if (toFile) note(context, `Report in ${output}`);
}

// Beside a report for a machine, a person who watches learns how it went; the report itself has it all.
const MOST_LINES = 20;

function inShort(reported: Reported): string[] {
  const { result } = reported;
  const { violations, unknown } = totalsOf(reported);
  const lines = result.diagnostics.map(({ file, line, message }) => `${file}${line > 1 ? `:${line}` : ""} ${message}`);
  const shown = lines.slice(0, MOST_LINES);
  if (lines.length > MOST_LINES) shown.push(`${lines.length - MOST_LINES} more that could not be judged`);
  const fresh = count(violations, reported.hasBaseline ? "new violation" : "violation");
  return [...shown, `${fresh}, ${unknown} unknown in ${count(result.entryPoints.length, "entry point")}`];
}

function note({ terminal }: CommandContext, text: string): void {
  terminal.stderr.write(`keys audit: ${printable(text)}\n`);
}

/** Replaces a file whole. @throws KeysError `usage`: 1 would say that there are violations */
async function save(path: string, text: string): Promise<void> {
  try {
    await writeAtomically(path, text, await textOf(path));
  } catch (error) {
    if (error instanceof KeysError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw new KeysError("usage", `${path} cannot be written (${code}).`, { cause: error });
  }
}
