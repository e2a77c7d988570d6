import assert from "node:assert/strict";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import type { AuditResult } from "../src/findings/finding.ts";
import { describeFinding, isOfGroup } from "./cases/measure.ts";
import { readCase } from "./cases/read-cases.ts";
import { auditFolder, inFolderOf, type TestFile } from "./support/audit-files.ts";
import { knownMisses } from "./support/known-misses.ts";
import { mutantsOf, withoutMarks } from "./support/mutate.ts";

const REPOSITORY = path.join(import.meta.dirname, "../../..");
const CODE = /\.[cm]?[jt]sx?$/;
const REFUSALS =
  /forbidden|credential|signature|sign in|membership|\brole\b|mayAssign|visibility|\b40[013]\b|timingSafe/i;
const known = knownMisses();

/** A small repository, and which of its files lose their guards. */
interface Subject {
  readonly name: string;
  /** What its mutants' names begin with, before the file. */
  readonly prefix: string;
  readonly files: readonly { path: string; text: string }[];
  readonly mutated: (file: string) => boolean;
  /** Code of the product refuses for many reasons (what is gone, what is taken): only refusals of a caller are guards. */
  readonly refusals: RegExp | null;
}

for (const [group, subjects] of Object.entries({
  ...written(),
  modules: folders("modules/*", (file) => file.startsWith("src/handlers/")),
  examples: folders("examples/*", (file) => CODE.test(file) && !/(?:^|\/)tests?\//.test(file)),
})) {
  test(`${group}: nothing is reported as it is, and every guard that is taken away is noticed`, (context) => {
    const { noisy, uncaught, total, doubted, spared } = mutate(subjects);
    context.diagnostic(
      `${group}: ${total - uncaught.length}/${total} mutants caught, ${doubted} more no longer proved; ${noisy.size} of ${subjects.length} subjects noisy`,
    );
    const listed = (list: Readonly<Record<string, string>>): string[] =>
      Object.keys(list).filter((name) => name.startsWith(`${group} `));
    const surprises = {
      "reported before anything was deleted": [...noisy]
        .filter(([name]) => !Object.hasOwn(known.mutantNoise, name))
        .map(([name, said]) => `${name}: ${said.join("; ")}`),
      "quiet by now: take it off known-misses.json": listed(known.mutantNoise).filter((name) => !noisy.has(name)),
      "not caught": uncaught.filter((name) => !Object.hasOwn(known.mutants, name)),
      "caught by now: take it off known-misses.json": listed(known.mutants).filter((name) => !uncaught.includes(name)),
      "called equivalent, and no mutant": listed(known.equivalent).filter((name) => !spared.has(name)),
    };
    assert.deepEqual(surprises, Object.fromEntries(Object.keys(surprises).map((kind) => [kind, []])));
  });
}

/** The handlers written for this test, by framework. */
function written(): Record<string, Subject[]> {
  return Object.fromEntries(
    globSync("[a-z]*.md", { cwd: path.join(import.meta.dirname, "mutants") })
      .sort()
      .map((file) => {
        const group = file.slice(0, -3);
        const text = readFileSync(path.join(import.meta.dirname, "mutants", file), "utf8");
        const subjects = readCase(group, text).trees.map(({ files }) => ({
          name: `${group} ${files[0]?.path ?? ""}`,
          prefix: `${group} `,
          files,
          mutated: (one: string) => CODE.test(one),
          refusals: null,
        }));
        return [group, subjects];
      }),
  );
}

/** Folders of this repository, each as a repository of its own. */
function folders(glob: string, mutated: (file: string) => boolean): Subject[] {
  return globSync(`${glob}/package.json`, { cwd: REPOSITORY })
    .map((file) => path.dirname(file))
    .sort()
    .map((folder) => ({
      name: folder.replace("/", " "),
      prefix: `${folder.replace("/", " ")}/`,
      files: globSync("{*.json,{src,app,lib,server,migrations,keys}/**/*.{ts,tsx,js,mjs,json,sql}}", {
        cwd: path.join(REPOSITORY, folder),
        exclude: (entry) => entry.includes("node_modules"),
      })
        .sort()
        .map((file) => ({ path: file, text: readFileSync(path.join(REPOSITORY, folder, file), "utf8") })),
      mutated,
      refusals: REFUSALS,
    }));
}

function mutate(subjects: readonly Subject[]) {
  const noisy = new Map<string, string[]>();
  const uncaught: string[] = [];
  const spared = new Set<string>();
  let [total, doubted] = [0, 0];
  for (const { name, prefix, files, mutated, refusals } of subjects) {
    const clean: TestFile[] = files.map((file) => ({ path: file.path, text: withoutMarks(file.text) }));
    inFolderOf(clean, (root) => {
      const whole = auditFolder(root);
      const before = whole.findings.map(describeFinding);
      if (before.length > 0) noisy.set(name, before);
      for (const file of files.filter((one) => mutated(one.path))) {
        for (const mutant of mutantsOf(file.path, file.text)) {
          const of = `${prefix}${file.path} ${mutant.name}`;
          if (refusals !== null && mutant.refuses !== null && !refusals.test(mutant.refuses)) continue;
          if (Object.hasOwn(known.equivalent, of)) {
            spared.add(of);
            continue;
          }
          total += 1;
          writeFileSync(path.join(root, file.path), mutant.text);
          const after = auditFolder(root);
          const caught = after.findings.some(
            (finding) =>
              !before.includes(describeFinding(finding)) &&
              mutant.groups.some((group) => isOfGroup(finding.rule, group)),
          );
          if (caught) continue;
          uncaught.push(of);
          if (proofs(after) < proofs(whole)) doubted += 1;
        }
        writeFileSync(path.join(root, file.path), withoutMarks(file.text));
      }
    });
  }
  return { noisy, uncaught, total, doubted, spared };
}

/** How many requirements of how many entry points are called proved. */
function proofs({ entryPoints }: AuditResult): number {
  return entryPoints.flatMap(({ answers }) => answers).filter(({ answer }) => answer === "proved").length;
}
