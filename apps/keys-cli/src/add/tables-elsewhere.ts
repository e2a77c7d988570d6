const STATEMENTS = {
  create: /\bcreate\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?([^;(]+)/gi,
  drop: /\bdrop\s+table\s+(?:if\s+exists\s+)?([^;]+)/gi,
} as const;

/**
 * The tables of a manifest that a module's own SQL neither makes nor drops: the runtime brings them, or the module makes
 * its SQL in code. Its README says how.
 */
export function tablesElsewhere(tables: readonly string[], statement: "create" | "drop", sql: string): string[] {
  const text = sql.replaceAll(/--.*$/gm, "");
  const named = [...text.matchAll(STATEMENTS[statement])].flatMap(([, names]) => (names ?? "").split(/[\s,"]+/));
  const last = (name: string): string => name.split(".").at(-1) ?? name;
  const said = new Set(named.map(last));
  return tables.filter((table) => !said.has(last(table)));
}
