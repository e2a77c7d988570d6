import type { Judged } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";

/** Whether the database itself keeps the statement inside the caller's tenant: not where its table was left unsecured. */
export function isConfined({ query, facts }: Extract<Operation, { kind: "query" }>, { project }: Judged): boolean {
  if (!facts.has("rls")) return false;
  const table = query.table.replaceAll('"', "").toLowerCase();
  return !project.unsecuredTables().has(table.slice(table.lastIndexOf(".") + 1));
}
