import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { audit } from "../../src/audit.ts";
import type { AuditResult } from "../../src/findings/finding.ts";
import { NO_CONFIGURATION, type AuditConfiguration } from "../../src/findings/options.ts";

export interface TestFile {
  readonly path: string;
  readonly text: string | Uint8Array;
}

/** Audits a folder that stands already, without cache. */
export function auditFolder(root: string, configuration: Partial<AuditConfiguration> = {}): AuditResult {
  return audit({
    root,
    configuration: { ...NO_CONFIGURATION, ...configuration },
    only: null,
    cacheFolder: null,
    progress: null,
    now: () => performance.now(),
  });
}

/** Makes a folder, hands it over, and takes it away again when what was begun there has ended. */
export function inFolderOf<T>(files: readonly TestFile[], use: (root: string) => T): T {
  const root = mkdtempSync(path.join(tmpdir(), "audit-test-"));
  const remove = (): void => rmSync(root, { recursive: true, force: true });
  let given: T;
  try {
    for (const file of files) {
      const target = path.join(root, file.path);
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, file.text);
    }
    given = use(root);
  } catch (error) {
    remove();
    throw error;
  }
  if (given instanceof Promise) return given.finally(remove) as T;
  remove();
  return given;
}

export function auditFiles(files: readonly TestFile[], configuration: Partial<AuditConfiguration> = {}): AuditResult {
  return inFolderOf(files, (root) => auditFolder(root, configuration));
}
