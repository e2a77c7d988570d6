import type { AuditOptions, AuditResult, Finding, Rule } from "@meterr/audit";
import { packedCatalogue } from "../../src/catalogue/packed-catalogue.ts";
import { auditCommand } from "../../src/commands/audit.ts";
import type { CommandContext } from "../../src/commands/context.ts";
import { run } from "../../src/program.ts";
import type { TextOutput } from "../../src/terminal/terminal.ts";

export const RULE: Rule = {
  id: "tenant/unscoped-query",
  title: "A row is chosen by the client's id alone",
  explanation: "Whoever guesses an id reads another organisation's row.",
  cwe: [639],
  severity: "critical",
  precision: "high",
  fix: "Add the organisation of the session to the where.",
  bad: [{ path: "app/route.ts", code: "db.find({ id })" }],
  good: [{ path: "app/route.ts", code: "db.find({ id, orgId })" }],
};

export function finding(file: string, parts: Partial<Finding> = {}): Finding {
  return {
    rule: RULE.id,
    severity: "critical",
    message: "The row is chosen by the client.",
    location: { file, line: 1, column: 1, endLine: 1, endColumn: 5 },
    entryPoint: "GET /a",
    path: [],
    excerpt: "code",
    fingerprint: `of ${file}`,
    suppressed: null,
    ...parts,
  };
}

/** What a stub engine answers, and what it was asked. */
export interface Stub {
  result?: Partial<AuditResult>;
  fails?: Error;
  asked?: AuditOptions;
}

export interface Audited {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** `keys audit …` in this process, over an engine that answers what it is told. */
export async function runAudit(
  cwd: string,
  args: readonly string[],
  stub: Stub = {},
  env: Readonly<Record<string, string>> = {},
  stdout: Partial<TextOutput> = {},
): Promise<Audited> {
  const [out, err]: [string[], string[]] = [[], []];
  const context: CommandContext = {
    terminal: {
      env,
      stdin: {},
      stdout: { ...stdout, write: (text) => out.push(text) },
      stderr: { write: (text) => err.push(text) },
    },
    cwd,
    catalogue: packedCatalogue(cwd),
    version: "1.2.3",
    outcome: 0,
  };
  const command = auditCommand(() =>
    Promise.resolve({
      rules: [RULE],
      audit: (options: AuditOptions) => {
        stub.asked = options;
        if (stub.fails !== undefined) throw stub.fails;
        const findings = (stub.result?.findings ?? []).filter(
          ({ location }) => options.only === null || options.only.has(location.file),
        );
        const nothing = { files: 1, entryPoints: [], diagnostics: [], duration: 1, cached: false };
        return { root: options.root, ...nothing, ...stub.result, findings };
      },
    }),
  );
  const code = await run(["audit", ...args], context, [command]);
  return { code, out: out.join(""), err: err.join("") };
}
