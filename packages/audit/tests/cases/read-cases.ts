import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export type Section = "Vulnerable" | "Fixed" | "Safe";

/** One place where a finding must stand: 1-based line, and the groups any of which is right. */
export interface Expectation {
  path: string;
  line: number;
  groups: readonly string[];
}

/** One section of a case: a small repository and the findings it must give. */
export interface CaseTree {
  section: Section;
  files: readonly { path: string; text: string }[];
  expected: readonly Expectation[];
}

export interface AuditCase {
  /** `<group>/<name>` */
  name: string;
  title: string;
  trees: readonly CaseTree[];
}

const EXPECT = /\s*(?:\{?\/\*|\/\/|--)\s*expect:\s*([\w|/-]+)(?:\s*\*\/\}?)?\s*$/u;
const RANDOM = /\{\{random (\S+) (\d+)\}\}/gu;

/** Reads every case below this folder; expectation comments are stripped and random secrets filled in. */
export function readCases(folder: string = import.meta.dirname): AuditCase[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md") && file.includes(path.sep))
    .sort()
    .map((file) =>
      readCase(file.slice(0, -3).replaceAll(path.sep, "/"), readFileSync(path.join(folder, file), "utf8")),
    );
}

export function readCase(name: string, markdown: string): AuditCase {
  const trees: { section: Section; files: { path: string; text: string }[]; expected: Expectation[] }[] = [];
  let file: { path: string; lines: string[] } | null = null;
  for (const line of markdown.split("\n")) {
    const tree = trees.at(-1);
    if (file === null) {
      const heading = /^## (Vulnerable|Fixed|Safe)$/u.exec(line)?.[1];
      if (heading !== undefined) trees.push({ section: heading as Section, files: [], expected: [] });
      const opened = /^```\w+ (\S+)$/u.exec(line)?.[1];
      if (opened !== undefined) file = { path: opened, lines: [] };
    } else if (line === "```") {
      tree?.files.push({ path: file.path, text: file.lines.join("\n") + "\n" });
      file = null;
    } else {
      const groups = EXPECT.exec(line)?.[1]?.split("|");
      if (groups !== undefined) tree?.expected.push({ path: file.path, line: file.lines.length + 1, groups });
      file.lines.push(
        line
          .replace(EXPECT, "")
          .replaceAll(RANDOM, (_, prefix: string, length: string) => fill(prefix, Number(length))),
      );
    }
  }
  return { name, title: /^# (.+)$/mu.exec(markdown)?.[1] ?? name, trees };
}

function fill(prefix: string, length: number): string {
  const letters = randomBytes(length * 3)
    .toString("base64")
    .replaceAll(/[^A-Za-z0-9]/gu, "");
  return prefix.replaceAll("+", "") + letters.slice(0, length);
}
