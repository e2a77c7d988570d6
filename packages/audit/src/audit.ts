import path from "node:path";
import { EntryCache, type KeptEntry } from "./cache/entry-cache.ts";
import { keepResult, readResult, stateOf, type Kept } from "./cache/result-cache.ts";
import { checkFunctions } from "./checks/fail-closed/functions-of-rights.ts";
import { componentMarkup } from "./checks/loose-ends/component-markup.ts";
import { escapedBeside } from "./checks/loose-ends/escaped-beside.ts";
import { gatesOf } from "./checks/fail-closed/gates.ts";
import { fileSecrets } from "./checks/loose-ends/file-secrets.ts";
import { idleGuards } from "./checks/loose-ends/idle-guards.ts";
import { signInCallbacks } from "./checks/loose-ends/sign-in-callbacks.ts";
import { strategyCallbacks } from "./checks/loose-ends/strategy-callbacks.ts";
import { skippedPasswords } from "./checks/loose-ends/skipped-password.ts";
import { leftOvers } from "./checks/loose-ends/left-over.ts";
import type { EntryPoint } from "./entry-points/entry-point.ts";
import { findEntryPoints, findHandlers } from "./entry-points/find-entry-points.ts";
import { functionEntryPoints } from "./entry-points/functions.ts";
import { Collector, type LedTo } from "./findings/collector.ts";
import type { AuditResult, Diagnostic, Finding, JudgedEntryPoint } from "./findings/finding.ts";
import type { AuditOptions } from "./findings/options.ts";
import { withoutHouseHabits } from "./findings/house-habits.ts";
import { locate } from "./findings/locate.ts";
import { placed } from "./findings/placed.ts";
import type { Scope } from "./interpret/scope.ts";
import { judgeEntryPoint } from "./judge.ts";
import { loadProject } from "./load-project.ts";
import type { Project, ProjectFile } from "./project.ts";
import { discover, type SourceFile } from "./source/discover.ts";
import { isTest } from "./source/is-test.ts";
import { functionKey } from "./syntax/function-key.ts";
import { isFunction } from "./syntax/is-function.ts";
import { judgeMigrations } from "./sql/judge-migrations.ts";

/**
 * Audits a tree of TypeScript and JavaScript: finds every entry point and answers, requirement by requirement, whether
 * it is proved, violated or unknown. Nothing of the tree is imported or run.
 * @throws AuditError `not_a_folder`, `unreadable_folder`
 */
export function audit(options: AuditOptions): AuditResult {
  const started = options.now();
  const { files: found, unreadable } = discover(options.root);
  const kept = found.filter((file) => !options.configuration.exclude.some((glob) => path.matchesGlob(file.path, glob)));
  const state = stateOf(kept, options);
  const before = options.cacheFolder === null ? null : readResult(options.cacheFolder, state);
  const { result, ledTo } = before ?? run(options, kept, unreadable, started);
  if (before === null && options.cacheFolder !== null) keepResult(options.cacheFolder, state, { result, ledTo });
  const { only } = options;
  const findings = only === null ? result.findings : result.findings.filter((one) => concerns(only, one, ledTo));
  return { ...result, findings, duration: options.now() - started };
}

/** Does a finding stand in one of these files, or in what an entry point does that has come through one of them? */
function concerns(files: ReadonlySet<string>, { location, fingerprint }: Finding, ledTo: LedTo): boolean {
  if (files.has(location.file)) return true;
  for (const file of ledTo.get(fingerprint) ?? []) if (files.has(file)) return true;
  return false;
}

function run(
  options: AuditOptions,
  found: readonly SourceFile[],
  unreadable: readonly { path: string; reason: string }[],
  started: number,
): Kept {
  const loaded = loadProject(options.root, found, options.configuration, (done) =>
    options.progress?.(done, found.length, "reading"),
  );
  const { project, files } = loaded;
  const diagnostics: Diagnostic[] = [...loaded.diagnostics];
  for (const one of unreadable)
    diagnostics.push({
      file: one.path,
      line: 1,
      kind: one.reason.startsWith("a link") ? "link" : "unreadable",
      message: one.reason,
    });
  const judged = [...files.values()].filter((file) => !isTest(file.path));
  const { cacheFolder } = options;
  const cache = cacheFolder === null ? null : new EntryCache(cacheFolder, options, found, project, files);
  const judgements = followAll(judged, files, project, options, cache);
  cache?.write();
  const collector = new Collector(files, loaded.sql, options.configuration);
  for (const { findings, entry, reads } of judgements)
    for (const one of findings) collector.add(one, entry.name, reads);
  const gates = gatesOf(judged);
  for (const file of judged) {
    try {
      for (const one of [
        ...fileSecrets(file),
        ...checkFunctions(file, gates),
        ...leftOvers(file, project),
        ...componentMarkup(file),
        ...escapedBeside(file),
        ...signInCallbacks(file),
        ...strategyCallbacks(file),
        ...skippedPasswords(file),
        ...idleGuards(file),
      ]) {
        const { rule, node, message } = one;
        const location = locate(file, { file: file.path, node });
        collector.add({ rule: rule.id, message, location, path: [] }, null);
      }
    } catch (error) {
      // What is nested too deep for one file's own checks says nothing of the others.
      if (!(error instanceof RangeError)) throw error;
      diagnostics.push({ file: file.path, line: 1, kind: "limit", message: "is nested too deep to be judged whole" });
    }
  }
  const supabase = found.some(
    (file) => file.path.startsWith("supabase/") || file.path.includes("/supabase/migrations/"),
  );
  for (const one of judgeMigrations(
    loaded.sql.filter((file) => !isTest(file.path)),
    { supabase },
  ))
    collector.addSql(one);
  const { findings, problems, ledTo } = collector.finish();
  const result: AuditResult = {
    root: options.root,
    files: files.size + loaded.sql.length,
    entryPoints: judgements.filter(({ entry }) => entry.kind !== "function").map((one) => described(one, files)),
    findings,
    diagnostics: [...diagnostics, ...problems],
    duration: options.now() - started,
    cached: false,
  };
  return { result, ledTo };
}

/** What is kept of a judgement: its trace would hold every value that was met. */
interface Followed extends KeptEntry {
  readonly entry: EntryPoint;
}

/** Entry points first, then handlers nobody mounts, then what none of them has reached. */
function followAll(
  judged: readonly ProjectFile[],
  files: ReadonlyMap<string, ProjectFile>,
  project: Project,
  options: AuditOptions,
  cache: EntryCache | null,
): readonly Followed[] {
  const modules = new Map<string, Scope>();
  const reached = new Set<string>();
  const judgements: Followed[] = [];
  const follow = (entries: readonly EntryPoint[]): void => {
    for (const [at, entry] of entries.entries()) {
      if (at % 50 === 0) options.progress?.(at, entries.length, "following");
      const kept = cache?.find(entry) ?? judgedAnew(project, files, entry, modules);
      cache?.keep(entry, kept);
      judgements.push({ ...kept, entry });
      for (const one of kept.functions) reached.add(one);
    }
  };
  follow(findEntryPoints(project, judged));
  follow(findHandlers(judged).filter((entry) => !isReached(entry, reached)));
  follow(judged.flatMap((file) => functionEntryPoints(file, reached)));
  return withoutHouseHabits(judgements);
}

function judgedAnew(
  project: Project,
  files: ReadonlyMap<string, ProjectFile>,
  entry: EntryPoint,
  modules: Map<string, Scope>,
): KeptEntry {
  const { answers, findings, reads, functions, mayHaveAsked } = judgeEntryPoint(project, files, entry, modules);
  return {
    answers,
    findings: findings.flatMap((one) => placed(files, one) ?? []),
    reads: [...reads],
    functions: [...functions],
    mayHaveAsked,
  };
}

function isReached({ file, node, body }: EntryPoint, reached: ReadonlySet<string>): boolean {
  if (body !== undefined && reached.has(functionKey(file, body))) return true;
  const isMember = node.type === "MethodDefinition" || node.type === "PropertyDefinition";
  const made = node.type === "VariableDeclarator" ? node.init : isMember ? node.value : node;
  if (made === null) return reached.has(functionKey(file, node));
  // `remove = asyncHandler(async (req, res) => …)`: what is wrapped is what was followed.
  const followed = isMember || node.type === "VariableDeclarator";
  const functions = followed && made.type === "CallExpression" ? made.arguments.filter(isFunction) : [made];
  return functions.some((one) => reached.has(functionKey(file, one)));
}

function described({ entry, answers }: Followed, files: ReadonlyMap<string, ProjectFile>): JudgedEntryPoint {
  const file = files.get(entry.file);
  const location =
    file === undefined ? { file: entry.file, line: 1, column: 1, endLine: 1, endColumn: 1 } : locate(file, entry);
  return { name: entry.name, kind: entry.kind, framework: entry.framework, location, answers };
}
