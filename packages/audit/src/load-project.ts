import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Diagnostic } from "./findings/finding.ts";
import type { AuditConfiguration } from "./findings/options.ts";
import { type ModuleTable, readModule } from "./link/module-table.ts";
import { createResolver } from "./link/resolve.ts";
import type { TreeFiles } from "./link/tree-files.ts";
import { readWorkspaces } from "./link/workspaces.ts";
import { type ModelSecrets, modelSecrets, SECRET_COLUMN } from "./knowledge/model-secrets.ts";
import { putOnRequests } from "./link/put-on-requests.ts";
import type { Project, ProjectFile } from "./project.ts";
import type { SourceFile } from "./source/discover.ts";
import { isTest } from "./source/is-test.ts";
import { readSource } from "./source/read-source.ts";
import { SECURES, unsecuredTables } from "./sql/unsecured-tables.ts";
import { isTooDeep } from "./syntax/is-too-deep.ts";
import { parse, type Syntax } from "./syntax/parse.ts";
import { positionAt } from "./syntax/position.ts";
import { withoutComments } from "./syntax/without-comments.ts";

export interface LoadedProject {
  readonly project: Project;
  readonly files: ReadonlyMap<string, ProjectFile>;
  readonly sql: readonly { readonly path: string; readonly text: string }[];
  readonly diagnostics: readonly Diagnostic[];
}

const CODE = /\.[cm]?[jt]sx?$/;
/** Nine of ten are looked into; of components and tests, few. */
const MOSTLY_READ = /\.[cm]?ts$/;
const NOT_JUDGED = /\.d\.[cm]?ts$|\.min\.js$/;

class LoadedFile implements ProjectFile {
  readonly path: string;
  readonly text: string;
  readonly source: string;
  readonly syntax: Syntax;
  #module: ModuleTable | null = null;

  constructor(path: string, source: string, syntax: Syntax) {
    this.path = path;
    this.text = withoutComments(source, syntax.comments);
    this.source = source;
    this.syntax = syntax;
  }

  get module(): ModuleTable {
    return (this.#module ??= readModule(this.syntax.program));
  }
}

/** Reads and parses a tree. A file that cannot be judged is a diagnostic; the others go on. */
export function loadProject(
  root: string,
  found: readonly SourceFile[],
  configuration: AuditConfiguration,
  progress: (done: number) => void,
): LoadedProject {
  const diagnostics: Diagnostic[] = [];
  const files = new Map<string, ProjectFile>();
  const sql: { path: string; text: string }[] = [];
  const present = new Set(found.map((file) => file.path));
  let done = 0;
  for (const file of found) {
    done += 1;
    if (done % 100 === 0) progress(done);
    const isSql = file.path.endsWith(".sql");
    if ((!CODE.test(file.path) || NOT_JUDGED.test(file.path)) && !isSql) continue;
    const text = readSource(path.join(root, file.path), file.bytes);
    if (typeof text !== "string") {
      diagnostics.push({
        file: file.path,
        line: 1,
        kind: text.kind === "generated" ? "limit" : text.kind,
        message: text.message,
      });
      continue;
    }
    if (isSql) {
      sql.push({ path: file.path, text });
      continue;
    }
    if (isTooDeep(text)) {
      diagnostics.push({ file: file.path, line: 1, kind: "limit", message: "is nested too deep to be parsed" });
      continue;
    }
    const syntax = parse(file.path, text, MOSTLY_READ.test(file.path) && !isTest(file.path));
    const [error] = syntax.errors;
    if (error !== undefined) {
      diagnostics.push({
        file: file.path,
        line: positionAt(syntax.lines, error.offset).line,
        kind: "syntax",
        message: error.message,
      });
      if (syntax.program.body.length === 0) continue;
    }
    files.set(file.path, new LoadedFile(file.path, text, syntax));
  }
  const tree: TreeFiles = {
    has: (file) => present.has(file),
    text: (file) =>
      present.has(file) && existsSync(path.join(root, file)) ? readFileSync(path.join(root, file), "utf8") : undefined,
  };
  const workspaces = readWorkspaces(
    tree,
    [...present].filter((file) => file === "package.json" || file.endsWith("/package.json")),
  );
  let put: ReadonlySet<string> | null = null;
  let models: ReadonlyMap<string, ModelSecrets> | null = null;
  let unsecured: ReadonlySet<string> | null = null;
  const project: Project = {
    file: (file) => files.get(file) ?? null,
    resolve: createResolver(tree, workspaces),
    secretColumns: new Map([
      ...tableColumns(files),
      ...entityColumns(files),
      ...secretColumns(
        tree,
        [...present].filter((file) => file.endsWith(".prisma")),
      ),
    ]),
    names: {
      auth: new Set(configuration.authHelpers),
      tenantColumns: new Set(configuration.tenantColumns),
      clients: new Set(configuration.scopedClients),
      publicPaths: configuration.publicRoutes.map((one) => one.path),
    },
    putOnRequests: () => (put ??= putOnRequests(files.values())),
    modelSecrets: () => (models ??= modelSecrets(files.values())),
    unsecuredTables: () =>
      (unsecured ??= [...files.values()].some(({ text: code }) => SECURES.test(code))
        ? new Set<string>()
        : unsecuredTables(sql)),
  };
  return { project, files, sql, diagnostics };
}

/** Columns of Prisma models whose names say that they hold a secret. */
function secretColumns(tree: TreeFiles, schemas: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const schema of schemas) {
    // Up to the bracket that closes each: a schema of models that never end is read but once.
    for (const part of (tree.text(schema) ?? "").split(/^\}/m).slice(0, -1)) {
      const [, model = "", body = ""] = /^model\s+(\w+)\s*\{([\s\S]*)/m.exec(part) ?? [];
      if (model === "") continue;
      const columns = [...body.matchAll(/^[ \t]+(\w+)[ \t]+(?:String|Bytes|Json)/gm)].map(([, column = ""]) => column);
      const secret = columns.filter((column) => SECRET_COLUMN.test(column));
      found.set(model.toLowerCase(), secret); // none is known of it, too
    }
  }
  return found;
}

/** The same of Drizzle's tables, by their names in the code and in the database. */
function tableColumns(files: ReadonlyMap<string, ProjectFile>): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const file of files.values()) {
    if (!/(?:pg|mysql|sqlite)Table\s*\(/.test(file.text)) continue;
    const tables = /(?<!\w)(\w+)\s*=\s*(?:pg|mysql|sqlite)Table\s*\(\s*["'`](\w+)["'`]\s*,\s*\{/g;
    for (let one = tables.exec(file.text); one !== null; one = tables.exec(file.text)) {
      const [, variable = "", table = ""] = one;
      const end = file.text.indexOf("\n}", tables.lastIndex);
      if (end === -1) break; // looked for once, however many tables never end
      const body = file.text.slice(tables.lastIndex, end);
      tables.lastIndex = end;
      const secret = [...body.matchAll(/^[ \t]+(\w+):/gm)]
        .map(([, column = ""]) => column)
        .filter((column) => SECRET_COLUMN.test(column));
      if (secret.length > 0) found.set(variable.toLowerCase(), secret).set(table.toLowerCase(), secret);
    }
  }
  return found;
}

/** The same of TypeORM's entities, apart from those that are not loaded or not shown. */
function entityColumns(files: ReadonlyMap<string, ProjectFile>): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { text } of files.values()) {
    if (!text.includes("@Entity(")) continue;
    for (const part of text.split("@Entity(").slice(1)) {
      const [, name = ""] = /class\s+(\w+)/.exec(part) ?? [];
      const secret = [
        ...part.matchAll(
          /((?:@\w{1,60}\((?:[^()]|\([^()]{0,600}\)){0,600}\)\s{0,80}){1,20})(?:public |readonly )?(\w+)[!?]?\s*:/g,
        ),
      ].flatMap(([, decorators = "", column = ""]) =>
        decorators.includes("@Column(") && SECRET_COLUMN.test(column) && !/@Exclude\b|select:\s*false/.test(decorators)
          ? [column]
          : [],
      );
      if (name !== "" && secret.length > 0)
        found.set(name.toLowerCase(), secret).set(`${name.toLowerCase()}repository`, secret);
    }
  }
  return found;
}
