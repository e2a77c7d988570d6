import type { Rights } from "../schema.ts";
import { isWild } from "../schema.ts";
import type { Statement } from "./context.ts";
import { calledAt, routinesOf } from "./routines.ts";

/** `grant … on … to …` and `revoke … on … from …`. Of tables only reading counts: who cannot read is not exposed to. */
export function changeRights(statement: Statement, gives: boolean): void {
  const { schema, cursor } = statement;
  const privileges: string[] = [];
  cursor.eat("grant", "option", "for");
  while (!cursor.done && !cursor.is("on")) {
    const token = cursor.peek();
    if (cursor.group() !== null) continue;
    // Membership in a role has no ON.
    if (cursor.is("to") || cursor.is("from")) return;
    privileges.push(token?.value ?? "");
    cursor.at++;
  }
  cursor.eat("on");
  const objects = objectsAt(statement);
  if (objects === null || !(gives ? cursor.eat("to") : cursor.eat("from"))) return;
  const roles = rolesAt(statement);
  if (objects === "schemas") {
    if (!privileges.includes("usage") && !privileges.includes("all")) return;
    for (const name of schemasNamed.get(statement) ?? []) {
      for (const role of roles) {
        if (gives) schema.closed.delete(`${name} ${role}`);
        else schema.closed.add(`${name} ${role}`);
      }
    }
    return;
  }
  if (gives) schema.granting.add(schema.set);
  const whole = ["all", "select", "execute"].some((one) => privileges.includes(one));
  for (const object of objects) {
    for (const role of roles) {
      if (gives) {
        object.granted.add(role);
        object.revoked.delete(role);
      } else if (whole) {
        object.revoked.add(role);
        object.granted.delete(role);
      }
    }
  }
}

const schemasNamed = new WeakMap<Statement, readonly string[]>();

function objectsAt(statement: Statement): readonly Rights[] | "schemas" | null {
  const { schema, cursor } = statement;
  if (cursor.eat("schema")) {
    schemasNamed.set(
      statement,
      cursor.names().map(({ name }) => name),
    );
    return "schemas";
  }
  if (cursor.eat("all")) {
    const kind = cursor.peek()?.value;
    cursor.at++;
    if (!cursor.eat("in", "schema")) return null;
    const within = new Set(cursor.names().map(({ name }) => name));
    const inside = ({ schema: of }: { schema: string }): boolean => within.has(of) || [...within].some(isWild);
    if (kind === "tables") return [...schema.tables.values(), ...schema.views.values()].filter(inside);
    if (kind === "functions" || kind === "routines" || kind === "procedures")
      return [...schema.routines.values()].flat().filter(inside);
    return null;
  }
  if (cursor.eat("function") || cursor.eat("procedure") || cursor.eat("routine")) {
    const found: Rights[] = [];
    do {
      const called = calledAt(cursor);
      if (called !== null) found.push(...routinesOf(statement, called));
    } while (cursor.eat(","));
    return found;
  }
  for (const other of [
    "sequence",
    "type",
    "domain",
    "database",
    "language",
    "tablespace",
    "foreign",
    "large",
    "parameter",
  ]) {
    if (cursor.is(other)) return null;
  }
  cursor.eat("table");
  return cursor.names().flatMap((name) => [schema.view(name) ?? schema.assumed(name)]);
}

function rolesAt({ cursor }: Statement): string[] {
  const roles: string[] = [];
  do {
    cursor.eat("group");
    const role = cursor.name();
    if (role !== null) roles.push(role.name);
  } while (cursor.eat(","));
  return roles;
}

/** `alter default privileges …`: what is made later is withheld, or given. */
export function changeDefaults({ schema, cursor }: Statement): void {
  while (!cursor.done && !cursor.is("grant") && !cursor.is("revoke")) cursor.at++;
  const gives = cursor.eat("grant");
  const whole =
    cursor.is(gives ? "all" : "revoke") ||
    ["all", "select", "execute"].some((one) => cursor.tokens.some(({ value }) => value === one));
  while (!cursor.done && !cursor.eat("on")) cursor.at++;
  const kind = cursor.peek()?.value === "routines" ? "functions" : cursor.peek()?.value;
  while (!cursor.done && !cursor.eat(gives ? "to" : "from")) cursor.at++;
  if (!whole || kind === undefined) return;
  for (const { name } of cursor.names()) {
    if (gives) schema.withheld.delete(`${kind} ${name}`);
    else schema.withheld.add(`${kind} ${name}`);
  }
}

/** `create role …` and `alter role …` */
export function changeRole({ schema, cursor, place }: Statement): void {
  const name = cursor.name();
  if (name === null) return;
  const role = schema.roles.get(name.name) ?? { name: name.name, bypasses: false, login: false, place };
  for (const token of cursor.tokens.slice(cursor.at)) {
    if (token.kind !== "word") continue;
    if (token.value === "bypassrls" || token.value === "superuser") {
      role.bypasses = true;
      role.place = place;
    }
    if (token.value === "nobypassrls" || token.value === "nosuperuser") role.bypasses = false;
    if (token.value === "login") role.login = true;
    if (token.value === "nologin") role.login = false;
  }
  schema.roles.set(role.name, role);
}
