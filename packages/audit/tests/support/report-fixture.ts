import { compareWithBaseline, type Baseline } from "../../src/baseline/baseline.ts";
import type { AuditResult, Finding, JudgedEntryPoint, Location } from "../../src/findings/finding.ts";
import type { Reported } from "../../src/report/reported.ts";
import type { Rule } from "../../src/rules/rule.ts";

export const UNSCOPED: Rule = {
  id: "tenant/unscoped-write",
  title: "A row is changed by its id alone",
  explanation: "The id comes from the client. Whoever guesses one changes another organisation's row.",
  cwe: [639, 20],
  severity: "critical",
  precision: "high",
  fix: "Add the organisation of the session to the where. Never that of the body.",
  bad: [{ path: "app/route.ts", code: "await db.project.delete({ where: { id } });" }],
  good: [
    {
      path: "app/route.ts",
      code: "await db.project.delete({ where: { id, orgId: session.orgId } });\n// ``` in a comment",
    },
  ],
};

export const LEAKED: Rule = {
  ...UNSCOPED,
  id: "errors/leaked-details",
  title: "What an exception says is sent to the client",
  cwe: [],
  severity: "low",
};

export function at(file: string, line: number, column = 1, endLine = line, endColumn = column + 5): Location {
  return { file, line, column, endLine, endColumn };
}

let made = 0;

export function finding(parts: Partial<Finding> = {}): Finding {
  const location = parts.location ?? at("app/api/projects/[id]/route.ts", 3, 9, 3, 26);
  return {
    rule: UNSCOPED.id,
    severity: "critical",
    message: "The project is deleted by an id of the client's choice.",
    location,
    entryPoint: "DELETE /api/projects/[id]",
    path: [
      { location: at(location.file, 1), label: "DELETE /api/projects/[id]" },
      { location, label: "db.project.delete" },
    ],
    excerpt: "await db.project.delete()",
    fingerprint: `f${made++}`,
    suppressed: null,
    ...parts,
  };
}

export function entryPoint(name: string, answers: readonly (readonly [string, string])[]): JudgedEntryPoint {
  return {
    name,
    kind: "route",
    framework: "next",
    location: at("app/api/projects/[id]/route.ts", 1),
    answers: answers.map(([requirement, answer]) => ({
      requirement: requirement as "auth",
      answer: answer as "proved",
      reason: answer === "unknown" ? "lib/guard.ts is not in the tree" : null,
    })),
  };
}

export const SOURCE = [
  "export async function DELETE(request, { params }) {",
  "\tconst { id } = await params;",
  "\tawait db.project.delete({ where: { id } });",
  "}",
];

export function reported(
  parts: Partial<AuditResult> = {},
  options: {
    baseline?: Baseline | null;
    includeUnknown?: boolean;
    rules?: readonly Rule[];
    source?: readonly string[] | null;
  } = {},
): Reported {
  const result: AuditResult = {
    root: "/code",
    files: 12,
    entryPoints: [],
    findings: [],
    diagnostics: [],
    duration: 640,
    cached: false,
    ...parts,
  };
  const baseline = options.baseline ?? null;
  const source = options.source === undefined ? SOURCE : options.source;
  return {
    result,
    rules: options.rules ?? [UNSCOPED, LEAKED],
    compared: compareWithBaseline(result.findings, baseline),
    hasBaseline: baseline !== null,
    includeUnknown: options.includeUnknown ?? false,
    version: "1.2.3",
    lines: () => source,
  };
}
