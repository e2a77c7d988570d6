import { performance } from "node:perf_hooks";
import { AuditError, type AuditConfiguration, type AuditResult, type Diagnostic } from "@meterr/audit";
import type { CommandContext } from "../commands/context.ts";
import { KeysError } from "../errors.ts";
import { cacheFolder } from "./cache-folder.ts";
import type { Engine } from "./engine.ts";
import { progress } from "./progress.ts";

export interface Performed {
  readonly root: string;
  readonly configuration: AuditConfiguration;
  /** What was said of the configuration. */
  readonly diagnostics: readonly Diagnostic[];
  readonly only: ReadonlySet<string> | null;
  readonly cache: boolean;
  readonly quiet: boolean;
}

/** The audit itself, with a line that counts. Whatever goes wrong in it never looks like "clean" or like a violation. */
export async function performAudit(
  wanted: Performed,
  { terminal }: CommandContext,
  engine: Engine,
): Promise<AuditResult> {
  const now = (): number => performance.now();
  const counting = wanted.quiet ? { tell: null, end: () => undefined } : progress(terminal, now);
  const { root, configuration, only } = wanted;
  try {
    const result = await engine.audit({
      root,
      configuration,
      only,
      cacheFolder: wanted.cache ? cacheFolder(root, terminal.env, process.platform) : null,
      progress: counting.tell,
      now,
    });
    return { ...result, diagnostics: [...wanted.diagnostics, ...result.diagnostics] };
  } catch (error) {
    throw asFailure(error);
  } finally {
    counting.end();
  }
}

/** An AuditError is somebody's input; anything else is ours, and the audit is then incomplete. */
export function asFailure(error: unknown): KeysError {
  if (error instanceof KeysError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof AuditError) {
    return new KeysError(error.code === "unreadable_folder" ? "not_judged" : "usage", message, { cause: error });
  }
  return new KeysError("not_judged", `The audit failed: ${message}`, {
    cause: error,
    next: 'This is a fault of the audit, not of your code. Try --no-cache; leave the file it names out by "exclude" in keys.config.json.',
  });
}
