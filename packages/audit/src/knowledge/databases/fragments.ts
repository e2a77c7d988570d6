import type { Verb } from "../../values/query.ts";
import type { Value } from "../../values/value.ts";
import type { NamedCall } from "./chain.ts";
import type { Found } from "./found.ts";
import { statementOf } from "./sql-text.ts";

const VERBS: readonly (readonly [RegExp, Verb])[] = [
  [
    /^(?:find_?(?:one|first)|first|load|get(?:One|Row|First)?|select_?(?:One|First)|fetch_?(?:One|First|Row))(?![a-z])/i,
    "read",
  ],
  [/^(?:count|exists?)(?![a-z])/i, "count"],
  [/^(?:find|select|fetch|query|list|where|all)(?:_?(?:all|many|by|where|rows|and_?export))?$/i, "list"],
  [/^(?:delete|remove|destroy|trash)(?:_?(?:all|many|one|where|from))?$/i, "delete"],
  [/^update(?:_?(?:all|many|one|where))?$/i, "update"],
];
/** `id = ? AND user_id = ?`, `team_id = $1`, `status = :status ORDER BY name`: what stands behind a WHERE. */
const FRAGMENT = /^\s*\(*\s*[\w."`]+\s*(?:=|<>|!=|[<>]=?|\bin\b|\blike\b|\bis\b)\s*[\s\S]*(?:\?|\$\d|:\w)/i;
const TABLE = /^[a-z]\w{1,60}$/i;

/**
 * A table by its name, what stands behind the WHERE, and the values: RedBean's `R.findOne("host", "id = ? AND user_id = ?",
 * [id, me])`, `db.select("users", "team_id = $1", [team])`, `db.update("users", { name }, "id = ?", [id])`.
 */
export function fragments({ name, args }: NamedCall): Found | null {
  const [table, second, third] = args;
  if (table?.k !== "literal" || typeof table.value !== "string" || !TABLE.test(table.value)) return null;
  const verb = VERBS.find(([named]) => named.test(name))?.[1];
  if (verb === undefined) return null;
  const [fragment, values] = isFragment(second) ? [second, third] : [third, args[3]];
  if (!isFragment(fragment)) return null;
  const listed = values?.k === "list" ? values.items : values === undefined ? [] : [values];
  const whole: Value = { k: "literal", value: `SELECT * FROM ${table.value} WHERE ${fragment.value}` };
  const statement = statementOf(whole, listed);
  if (statement === null) return null;
  return {
    library: "sql",
    table: table.value,
    verb,
    where: statement.where,
    data: fragment === second ? null : (second ?? null),
  };
}

function isFragment(value: Value | undefined): value is Extract<Value, { k: "literal" }> & { value: string } {
  return value?.k === "literal" && typeof value.value === "string" && FRAGMENT.test(value.value);
}
