import type { Token } from "../token.ts";
import type { Cursor } from "../cursor.ts";
import type { Expression, Policy } from "../schema.ts";
import type { Statement } from "./context.ts";
import { targets } from "./tables.ts";

const COMMANDS = ["all", "select", "insert", "update", "delete"] as const;

/** `create policy …`; one of the same name takes the other's place, as migrations drop before they make anew. */
export function createPolicy(statement: Statement): void {
  const { cursor, place } = statement;
  cursor.eat("if", "not", "exists");
  const name = cursor.name();
  if (name === null || !cursor.eat("on")) return;
  const on = cursor.name();
  if (on === null) return;
  let permissive = true;
  let command: Policy["command"] = "all";
  if (cursor.eat("as")) {
    permissive = !cursor.is("restrictive");
    cursor.at++;
  }
  if (cursor.eat("for")) {
    const word = cursor.peek()?.value;
    command = COMMANDS.find((one) => one === word) ?? "all";
    cursor.at++;
  }
  const clauses = clausesOf(statement, cursor);
  for (const table of targets(statement, on)) {
    table.policies.set(name.name, {
      name: name.name,
      command,
      permissive,
      roles: clauses.roles ?? ["public"],
      using: clauses.using ?? null,
      check: clauses.check ?? null,
      place,
    });
  }
}

/** `alter policy …` */
export function alterPolicy(statement: Statement): void {
  const { cursor } = statement;
  const name = cursor.name();
  if (name === null || !cursor.eat("on")) return;
  const on = cursor.name();
  if (on === null) return;
  for (const table of targets(statement, on)) {
    const policy = table.policies.get(name.name);
    if (policy === undefined) continue;
    if (cursor.eat("rename", "to")) {
      const to = cursor.name()?.name;
      if (to === undefined) continue;
      table.policies.delete(policy.name);
      table.policies.set(to, { ...policy, name: to });
      continue;
    }
    const clauses = clausesOf(statement, cursor);
    if (clauses.roles !== undefined) policy.roles = clauses.roles;
    if (clauses.using !== undefined) policy.using = clauses.using;
    if (clauses.check !== undefined) policy.check = clauses.check;
  }
}

/** `drop policy …`; of a name only known when run, every policy of the tables it may mean. */
export function dropPolicy(statement: Statement): void {
  const { cursor } = statement;
  cursor.eat("if", "exists");
  const name = cursor.name();
  if (name === null || !cursor.eat("on")) return;
  const on = cursor.name();
  if (on === null) return;
  for (const table of targets(statement, on)) {
    if (/^_{2,}$/.test(name.name)) table.policies.clear();
    else table.policies.delete(name.name);
  }
}

interface Clauses {
  roles?: readonly string[];
  using?: Expression;
  check?: Expression;
}

function clausesOf(statement: Statement, cursor: Cursor): Clauses {
  const clauses: Clauses = {};
  while (!cursor.done) {
    const first = cursor.peek();
    if (cursor.eat("to")) clauses.roles = cursor.names().map(({ name }) => name);
    else if (cursor.eat("using")) clauses.using = expression(statement, first, cursor);
    else if (cursor.eat("with", "check")) clauses.check = expression(statement, first, cursor);
    else cursor.at++;
  }
  return clauses;
}

function expression({ source }: Statement, first: Token | undefined, cursor: Cursor): Expression {
  const tokens = cursor.group() ?? [];
  const last = cursor.tokens[cursor.at - 1];
  return { tokens, path: source.path, start: first?.start ?? source.base, end: last?.end ?? source.base };
}
