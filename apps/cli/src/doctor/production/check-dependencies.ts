import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { z } from "zod";
import { ok, problem, warning, type Finding } from "../finding.ts";

/** Milliseconds: the registry is asked once. */
const patience = 20_000;

const report = z.object({
  metadata: z.object({
    vulnerabilities: z.object({ moderate: z.number(), high: z.number(), critical: z.number(), total: z.number() }),
  }),
});

/** Prints npm's audit of the installed dependencies as JSON; rejects when npm cannot be run. */
export type RunAudit = (root: string) => Promise<string>;

/** Dependencies audited: npm's own question to the registry. A registry out of reach is told, never taken for "none". */
export async function checkDependencies(root: string, run: RunAudit = npmAudit): Promise<Finding> {
  const mend = "Run: npm audit --omit=dev, where the registry can be reached.";
  try {
    const { vulnerabilities: found } = report.parse(JSON.parse(await run(root))).metadata;
    if (found.critical + found.high > 0)
      return problem(
        "dependencies",
        `npm audit knows of ${found.critical} critical and ${found.high} high vulnerabilities`,
        "Update Meterr, or see: npm audit --omit=dev",
      );
    return found.total === 0
      ? ok("dependencies", "npm audit knows of no vulnerability")
      : warning(
          "dependencies",
          `npm audit knows of ${found.total} lesser vulnerabilities`,
          "See: npm audit --omit=dev",
        );
  } catch {
    return warning("dependencies", "not checked: npm audit gave no answer", mend);
  }
}

async function npmAudit(root: string): Promise<string> {
  const options = { cwd: root, timeout: patience, maxBuffer: 16 * 1024 * 1024 };
  try {
    return (await promisify(execFile)("npm", ["audit", "--omit=dev", "--json"], options)).stdout;
  } catch (error) {
    // npm ends with 1 when it found something, and has printed what.
    return (error as { stdout?: string }).stdout ?? "";
  }
}
