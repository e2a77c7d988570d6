import { auth } from "./checks/auth/auth.ts";
import { claims } from "./checks/claims/claims.ts";
import { entitlement } from "./checks/entitlement/entitlement.ts";
import { mayHaveAsked } from "./checks/doubts/may-have-asked.ts";
import { errors } from "./checks/errors/errors.ts";
import { failClosed } from "./checks/fail-closed/fail-closed.ts";
import { command, sql, xss } from "./checks/injection/injection.ts";
import { input } from "./checks/input/input.ts";
import { jobs } from "./checks/jobs/jobs.ts";
import { secrets } from "./checks/secrets/secrets.ts";
import { tenant } from "./checks/tenant/tenant.ts";
import { webhook } from "./checks/webhook/webhook.ts";
import type { EntryPoint } from "./entry-points/entry-point.ts";
import { FUNCTION_BUDGET } from "./interpret/budget.ts";
import { newMachine } from "./interpret/interpreter.ts";
import type { Scope } from "./interpret/scope.ts";
import type { Project, ProjectFile } from "./project.ts";
import { learnFromMiddleware, middlewareFor } from "./entry-points/gateway-middleware.ts";
import { Memo } from "./values/memo.ts";
import type { Check, RawFinding, Requirement } from "./rules/rule.ts";
import type { Trace } from "./trace/operation.ts";

export const CHECKS: readonly Check[] = [
  auth,
  tenant,
  input,
  claims,
  failClosed,
  webhook,
  entitlement,
  secrets,
  errors,
  jobs,
  sql,
  xss,
  command,
];

export interface RawAnswer {
  readonly requirement: Requirement;
  readonly answer: "proved" | "violated" | "unknown" | "not-applicable";
  readonly reason: string | null;
}

export interface Judgement {
  readonly trace: Trace;
  readonly entry: EntryPoint;
  readonly answers: readonly RawAnswer[];
  readonly findings: readonly RawFinding[];
  /** Every file its answers go back to. */
  readonly reads: ReadonlySet<string>;
  /** Every function that was followed (`functionKey`). */
  readonly functions: ReadonlySet<string>;
  /** Something in it is done by code that is not seen, which may have asked who is calling. */
  readonly mayHaveAsked: boolean;
}

const ADAPTERS = [
  "nextPagesHandler",
  "nextAppRouter",
  "honoHandler",
  "expressHandler",
  "fastifyPlugin",
  "nodeListener",
];
const CALLED = /\b(?:nextPagesHandler|nextAppRouter|honoHandler|expressHandler|fastifyPlugin|nodeListener)\s*\(/;

/** `import fastifyPlugin from "fastify-plugin"`: Fastify's own, which mounts whatever it is given. */
const OF_FASTIFY = /\bfastifyPlugin\s*(?:=\s*require\s*\(|from)\s*["']fastify-plugin["']/;

const mounts = new WeakMap<ProjectFile, boolean>();

function mountsKeys(file: ProjectFile | null): boolean {
  if (file === null) return false;
  const known = mounts.get(file);
  if (known !== undefined) return known;
  const found =
    ADAPTERS.some((name) => file.text.includes(name)) && CALLED.test(file.text) && !OF_FASTIFY.test(file.text);
  mounts.set(file, found);
  return found;
}

/** Follows one entry point and asks every requirement of it. */
export function judgeEntryPoint(
  project: Project,
  files: ReadonlyMap<string, ProjectFile>,
  entry: EntryPoint,
  modules: Map<string, Scope>,
): Judgement {
  Memo.forgetAll();
  const machine = newMachine(project, modules);
  for (const file of [entry.file, ...(entry.with ?? [])]) machine.reads.files.add(file);
  if (entry.framework.startsWith("next") && entry.path !== null) {
    const middleware = middlewareFor(files, entry.file);
    if (middleware !== null) learnFromMiddleware(machine, middleware, entry.path);
  }
  // Where KEY routes are mounted there is nothing of its own to judge: each route was, where it is made.
  if (entry.framework !== "key" && mountsKeys(project.file(entry.file))) {
    machine.learn("opaque:auth", {
      sure: false,
      place: { file: entry.file, node: entry.node },
      why: "KEY routes are mounted here, and judged where they are made",
    });
  }
  if (entry.kind === "function") machine.budget = FUNCTION_BUDGET;
  try {
    entry.follow(machine);
  } catch (error) {
    // One entry point that cannot be followed says nothing of the others.
    if (!(error instanceof RangeError)) throw error;
    machine.unknowns.add("it is nested too deeply to follow");
  }
  const read = machine.reads.whole();
  const trace: Trace = { operations: machine.operations, unknowns: [...read.unknowns] };
  const findings: RawFinding[] = [];
  const answers = CHECKS.map((check) => {
    let unknown: string | null = null;
    let proved = false;
    const before = findings.length;
    check.run(
      { entry, trace, project: machine.project },
      {
        violated(rule, place, message, operation) {
          const path = [
            { place: { file: entry.file, node: entry.node }, label: entry.name },
            ...(operation?.calls.slice(1) ?? []).map((call) => ({ place: call, label: "calls" })),
            { place, label: message },
          ];
          findings.push({ rule, place, message, path });
        },
        unknown(reason) {
          unknown ??= reason;
        },
        proved() {
          proved = true;
        },
      },
    );
    const answer =
      findings.length > before
        ? "violated"
        : unknown !== null || (proved && trace.unknowns.length > 0)
          ? "unknown"
          : proved
            ? "proved"
            : "not-applicable";
    return {
      requirement: check.requirement,
      answer,
      reason: answer === "unknown" ? (unknown ?? trace.unknowns[0] ?? null) : null,
    } satisfies RawAnswer;
  });
  for (const file of machine.reads.files) read.files.add(file); // what the checks have looked at
  const { files: readFiles, functions } = read;
  return { entry, trace, answers, findings, reads: readFiles, functions, mayHaveAsked: mayHaveAsked(trace) };
}
