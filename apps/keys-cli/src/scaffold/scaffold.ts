import { readFileSync } from "node:fs";
import { enableTenantPolicies, removeTenantPolicies, transactionSetting, type KeyManifest } from "@meterr/runtime";
import type { ModuleFile } from "../catalogue/catalogue.ts";
import { documentsOf } from "./documents-of.ts";
import { manifestOf } from "./manifest-of.ts";
import { namesOf, type ModuleNames, type ModuleType } from "./module-type.ts";

const TEMPLATES = new URL("../../templates/", import.meta.url);

/** A new module of this type, complete: code, manifest, documents, SQL, and tests that attack it and pass. */
export function scaffold(
  slug: string,
  type: ModuleType,
  typescript: boolean,
): { files: ModuleFile[]; manifest: KeyManifest } {
  const names = namesOf(slug);
  const manifest = manifestOf(type, names);
  const tableSql = fill(template("any/table.sql"), { ...names }).trim();
  const ext = typescript ? "ts" : "js";
  const words = {
    ...names,
    ...documentsOf(type, names, manifest, ext),
    Pascal: names.pascal,
    type,
    ext,
    ENV: names.env,
    tableSql,
  };
  const from = (path: string): string => fill(withTypes(template(path), typescript), words);
  const texts: Record<string, string> = {
    "key.json": `${JSON.stringify(manifest, null, 2)}\n`,
    "package.json": from("any/package.json"),
    "CHANGELOG.md": from("any/CHANGELOG.md"),
    "README.md": from("any/README.md"),
    "quickstart.md": from("any/quickstart.md"),
    [`src/index.${words.ext}`]: from(`${type}/src/index.ts`),
    "tests/unit.test.mjs": from(`${type}/tests/unit.test.mjs`),
    ...migrationsOf(type, names, tableSql),
  };
  const files = Object.entries(texts).map(([path, text]) => ({ path, bytes: Buffer.from(text) }));
  return { files, manifest };
}

function template(path: string): string {
  return readFileSync(new URL(`${path}.tmpl`, TEMPLATES), "utf8");
}

/** Types stand between ⟪ and ⟫, so that the same template makes TypeScript and JavaScript. */
function withTypes(text: string, typescript: boolean): string {
  return typescript ? text.replaceAll(/[⟪⟫]/g, "") : text.replaceAll(/⟪[^⟫]*⟫/g, "");
}

/** `__name__` becomes the value; a name that is none stays as it is. */
function fill(text: string, words: Readonly<Record<string, string>>): string {
  return text.replaceAll(/__([A-Za-z]+?)__/g, (whole, name: string) => words[name] ?? whole);
}

function migrationsOf(type: ModuleType, { table }: ModuleNames, tableSql: string): Record<string, string> {
  if (type === "integration") return {};
  const tenantTable = { name: table, tenantColumn: "org_id" };
  const script = (statements: readonly string[]): string => statements.map((statement) => `${statement};\n`).join("");
  // As dataKey joins them: a scaffolded test compares the two.
  const up = `${tableSql}\n;\n${script(enableTenantPolicies(tenantTable, transactionSetting()))}`;
  const down = `${script(removeTenantPolicies(tenantTable))}drop table if exists ${table}\n;\n`;
  return {
    [`migrations/0001_${table}.up.sql`]: up,
    [`migrations/0001_${table}.down.sql`]: down,
  };
}
