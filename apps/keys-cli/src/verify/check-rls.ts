import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { few } from "./check-files.ts";
import { none, ok, problem, type Answer, type Patient } from "./check.ts";

/** Whether the README says, of each table, what row-level security is assumed, and each migration can be reversed. */
export function checkRls({ folder, slug, manifest }: Patient): Answer {
  if (manifest.tables.length === 0) return none("it has no tables");
  const readme = join(folder, "README.md");
  const text = existsSync(readme) ? readFileSync(readme, "utf8") : "";
  const section = sectionOf(text, "RLS and trust assumptions");
  const fix = `Write it under "RLS and trust assumptions" in modules/${slug}/README.md.`;
  if (section === null) return problem("README.md has no section on RLS and trust assumptions", fix);
  const silent = manifest.tables.filter((table) => !section.includes(table));
  if (silent.length > 0) return problem(`README.md says nothing of RLS on ${few(silent)}`, fix);
  const oneWay = irreversible(join(folder, "migrations"));
  if (oneWay.length > 0) return problem(`no way back from ${few(oneWay)}`, "Write the .down.sql beside it.");
  return ok(few(manifest.tables));
}

/** The text between a heading and the next of its level or above; null when there is no such heading. */
export function sectionOf(markdown: string, title: string): string | null {
  const lines = markdown.split(/\r?\n/);
  const start = lines.findIndex((line) => /^#{1,6}\s/.test(line) && heading(line) === title.toLowerCase());
  if (start === -1) return null;
  const level = /^#+/.exec(lines[start] ?? "")?.[0].length ?? 1;
  const end = lines.findIndex((line, index) => index > start && (/^(#+)\s/.exec(line)?.[1]?.length ?? 7) <= level);
  return lines.slice(start + 1, end === -1 ? undefined : end).join("\n");
}

function heading(line: string): string {
  return line
    .replace(/^#+\s*/, "")
    .trim()
    .toLowerCase();
}

function irreversible(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = new Set(readdirSync(folder));
  return [...names].filter((name) => name.endsWith(".up.sql") && !names.has(name.replace(/\.up\.sql$/, ".down.sql")));
}
