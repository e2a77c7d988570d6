import type { Rule } from "../rules/rule.ts";
import type { Database } from "./database.ts";
import type { SqlPlace } from "./schema.ts";

/** One violation in a migration; offsets are UTF-16 units from the file's beginning. */
export interface RawSqlFinding extends SqlPlace {
  readonly rule: Rule;
  readonly message: string;
  readonly related: readonly (SqlPlace & { readonly label: string })[];
}

/** A rule together with what finds its violations in the schema that migrations leave behind. */
export interface SqlRule {
  readonly rule: Rule;
  find(database: Database): Iterable<Omit<RawSqlFinding, "rule">>;
}
