import { SQL_RULES } from "../rules/rls/rls-rules.ts";
import { Database } from "./database.ts";
import type { RawSqlFinding } from "./finding.ts";
import { sqlOf } from "./in-typescript.ts";
import { databasesOf, isForward, type SqlFile } from "./migration-files.ts";
import { replay } from "./replay/replay.ts";
import { Schema } from "./schema.ts";

/** What is known of the tree from elsewhere. */
export interface TreeFacts {
  /** Its tables are reached by clients through Supabase's API; folders named `supabase` are taken so in any case. */
  readonly supabase: boolean;
  /** The application connects as the role that owns the tables, where that is known. */
  readonly connectsAsOwner?: boolean;
}

/**
 * Replays every migration of a tree in order and judges the schema they leave behind, without a database. Files that go
 * backwards, seed, or test are passed over, so all `*.sql` may be given, and TypeScript or JavaScript that migrates.
 */
export function judgeMigrations(files: readonly SqlFile[], tree: TreeFacts): readonly RawSqlFinding[] {
  const findings: RawSqlFinding[] = [];
  // Where a tree keeps Supabase's migrations in their folder, others beside it are of something else.
  const foldered = files.some((file) => isSupabaseFolder(file) && isForward(file));
  for (const migrations of databasesOf(files)) {
    const schema = new Schema();
    const supabase = new Set<string>();
    for (const { file, set } of migrations) {
      if ((tree.supabase && !foldered) || isSupabaseFolder(file)) supabase.add(set);
      schema.set = set;
      const text = file.path.endsWith(".sql") ? file.text : sqlOf(file.text);
      replay(schema, { path: file.path, text, base: 0 });
    }
    const database = new Database(schema, {
      supabase: (set) => supabase.has(set),
      connectsAsOwner: tree.connectsAsOwner ?? false,
    });
    for (const { rule, find } of SQL_RULES) for (const found of find(database)) findings.push({ rule, ...found });
  }
  return findings.sort((a, b) => (a.path === b.path ? a.start - b.start : a.path < b.path ? -1 : 1));
}

function isSupabaseFolder({ path }: SqlFile): boolean {
  return /(?:^|\/)supabase\//.test(path);
}
