import { Database } from "./database.ts";
import { databasesOf, type SqlFile } from "./migration-files.ts";
import { replay } from "./replay/replay.ts";
import { isRowSecurityOff } from "./row-security-off.ts";
import { Schema } from "./schema.ts";

/** Names of the tables that the migrations make and leave without row security, in whichever database. */
export function unsecuredTables(files: readonly SqlFile[]): ReadonlySet<string> {
  const unsecured = new Set<string>();
  const secured = new Set<string>();
  for (const migrations of databasesOf(files)) {
    const schema = new Schema();
    for (const { file, set } of migrations) {
      schema.set = set;
      replay(schema, { path: file.path, text: file.text, base: 0 });
    }
    if (schema.enablesItself) return new Set();
    const database = new Database(schema, { supabase: () => false, connectsAsOwner: false });
    for (const table of database.tables())
      (table.created !== null && isRowSecurityOff(table) ? unsecured : secured).add(table.name.toLowerCase());
  }
  for (const name of secured) unsecured.delete(name);
  return unsecured;
}

/** Code that may turn row security on by itself. */
export const SECURES = /row[ _-]?level[ _-]?security|tenantRls|pgPolicy|enableRLS/i;
