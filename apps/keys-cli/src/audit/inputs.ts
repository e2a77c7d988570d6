import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import {
  BASELINE_FILE,
  CONFIGURATION_FILE,
  parseBaseline,
  readConfiguration,
  type Baseline,
  type Rule,
  type ReadConfiguration,
} from "@meterr/audit";
import { KeysError } from "../errors.ts";
import { textOf } from "../files/write-atomically.ts";

/** The folder to audit as an absolute path. @throws KeysError `usage` when it is none */
export async function auditedFolder(cwd: string, folder: string | undefined): Promise<string> {
  const root = resolve(cwd, folder ?? ".");
  const found = await stat(root).catch(() => null);
  if (found?.isDirectory() !== true) {
    throw new KeysError("usage", `${root} is not a folder.`, {
      next: "Name the folder to audit: keys audit <folder>.",
    });
  }
  return root;
}

/** keys.config.json of the audited folder. What cannot be read or understood of it is a diagnostic. */
export async function configurationOf(root: string, rules: readonly Rule[]): Promise<ReadConfiguration> {
  const known = new Set(rules.map(({ id }) => id));
  try {
    return readConfiguration(await textOf(join(root, CONFIGURATION_FILE)), known);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    const { configuration } = readConfiguration(null, known);
    const message = `cannot be read (${code}); no configuration is used`;
    return { configuration, diagnostics: [{ file: CONFIGURATION_FILE, line: 1, kind: "configuration", message }] };
  }
}

export interface BaselineChoice {
  readonly path: string;
  /** Null when there is no such file. */
  readonly text: string | null;
  readonly baseline: Baseline | null;
}

/**
 * The baseline: a named file must be there unless it is about to be written; the usual one may be.
 * @throws KeysError `usage`, AuditError `baseline_invalid`
 */
export async function baselineFor(
  root: string,
  cwd: string,
  named: string | undefined,
  update: boolean,
): Promise<BaselineChoice> {
  const path = named === undefined ? join(root, BASELINE_FILE) : resolve(cwd, named);
  let text: string | null;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "ENOENT") throw new KeysError("usage", `The baseline ${path} cannot be read (${String(code)}).`);
    text = null;
  }
  if (text === null && named !== undefined && !update) {
    throw new KeysError("usage", `There is no baseline ${path}.`, { next: "Write it first, with --update-baseline." });
  }
  // What is written anew need not have been sound.
  return { path, text, baseline: text === null || update ? null : parseBaseline(text) };
}
