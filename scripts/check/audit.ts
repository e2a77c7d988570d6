import { performance } from "node:perf_hooks";
import { audit, NO_CONFIGURATION } from "@meterr/audit";
import type { Part } from "./part.ts";

/**
 * The auditor over this repository: nothing violated and nothing it could not read. What it cannot tell is said with its
 * reason, by how often it was met.
 */
export const selfAudit: Part = {
  name: "audit",
  run(tree) {
    const result = audit({
      root: tree.root,
      configuration: { ...NO_CONFIGURATION, exclude: ["tmp/**"] },
      only: null,
      cacheFolder: null,
      progress: null,
      now: () => performance.now(),
    });
    const open = result.findings.filter((one) => one.suppressed === null);
    const unknown = new Map<string, number>();
    for (const { answers } of result.entryPoints) {
      for (const { answer, requirement, reason } of answers) {
        const line = `${requirement}: ${reason ?? ""}`;
        if (answer === "unknown") unknown.set(line, (unknown.get(line) ?? 0) + 1);
      }
    }
    return {
      findings: [
        ...open.map((one) => `${one.location.file}:${one.location.line}: ${one.rule}: ${one.message}`),
        ...result.diagnostics.map((one) => `${one.file}:${one.line}: ${one.message}`),
      ],
      notes: [
        `${result.entryPoints.length} entry points in ${result.files} files`,
        ...[...unknown].map(([line, times]) => `unknown ${times} times: ${line}`),
      ],
    };
  },
};
