import type { Node } from "oxc-parser";
import type { ModelSecrets } from "../../knowledge/model-secrets.ts";
import type { Judged } from "../../rules/rule.ts";
import { calledName } from "../../syntax/called-name.ts";
import { walk } from "../../syntax/walk.ts";
import type { Query } from "../../values/query.ts";

/**
 * The secret that a model of the tree declares and that comes with its whole rows: not where the statement says which
 * columns it wants in whatever way, nor where the handler's file takes it away afterwards.
 */
export function modelSecret(
  { library, table, plain, place, selected }: Query,
  { entry, project }: Judged,
): string | null {
  // `findAll` and `findOne` are several libraries' own.
  if (!/^(?:mongoose|sequelize|typeorm)$/.test(library) || table === "" || selected !== null) return null;
  const model = modelOf(table, project);
  if (model === undefined) return null;
  const after = calledOn(project.file(place.file)?.text ?? "", place.node.end);
  if (model.hides && plain !== true && !after.includes("lean") && !calls(place.node).some(isLean)) return null;
  if (namesColumns(place.node) || after.some((one) => COLUMNS.test(one))) return null;
  const texts = [entry.file, place.file].map((path) => project.file(path)?.text ?? "");
  return model.columns.find((column) => !texts.some((text) => takesAway(text, column))) ?? null;
}

/** `.select("+password")` of a model that leaves it out where a row is written out. */
export function isHiddenByModel({ library, table, plain, place }: Query, { project }: Judged): boolean {
  if (library !== "mongoose" || plain === true || modelOf(table, project)?.hides !== true) return false;
  return (
    !calledOn(project.file(place.file)?.text ?? "", place.node.end).includes("lean") && !calls(place.node).some(isLean)
  );
}

function modelOf(table: string, project: Judged["project"]): ModelSecrets | undefined {
  const models = project.modelSecrets();
  const name = table.toLowerCase();
  return models.get(name) ?? models.get(name.replace(/s$/, "")) ?? models.get(`${name}s`);
}

function isLean(node: Node): boolean {
  return calledName(node) === "lean";
}

/** The methods that are called on what ends there: the statement goes on after the call that began it. */
function calledOn(text: string, end: number): string[] {
  const names: string[] = [];
  const called = /\s*\.\s*(\w+)\s*\(/y;
  called.lastIndex = end;
  for (let one = called.exec(text); one !== null && names.length < 12; one = called.exec(text)) {
    names.push(one[1] ?? "");
    let at = called.lastIndex;
    for (let depth = 1; depth > 0 && at < text.length; at += 1) {
      if (text[at] === "(") depth += 1;
      else if (text[at] === ")") depth -= 1;
    }
    called.lastIndex = at;
  }
  return names;
}
const COLUMNS = /^(?:select|project|projection|scope|aggregate|distinct|cursor)$/;

/** `.select(…)`, `find(filter, projection)`, `attributes`, a scope. */
function namesColumns(node: Node): boolean {
  for (const one of walk(node)) {
    if (
      one.type === "Property" &&
      one.key.type === "Identifier" &&
      /^(?:attributes|projection|fields|select|exclude)$/.test(one.key.name)
    )
      return true;
    if (one.type !== "CallExpression") continue;
    const name = calledName(one);
    if (COLUMNS.test(name)) return true;
    if (/^find(?:One|ById)?$/.test(name) && one.arguments.length > 1) return true;
  }
  return false;
}

function calls(node: Node): Node[] {
  return [...walk(node)].filter((one) => one.type === "CallExpression");
}

/** `user.password = undefined`, `delete user.password`, `{ password, ...rest }`, `omit(user, "password")`. */
function takesAway(text: string, column: string): boolean {
  for (let at = text.indexOf(column); at !== -1; at = text.indexOf(column, at + column.length)) {
    const after = text.slice(at + column.length, at + column.length + 40);
    const before = text.slice(Math.max(0, at - 60), at);
    if (/^["'\]]*\s*=\s*(?:undefined|null|["'`]["'`])/.test(after)) return true;
    if (/\bdelete\s+[\w.?[\]"']*$/.test(before)) return true;
    if (/^[^{}]{0,40}\.\.\./.test(after) || /(?:omit|without|except|exclude|-)[^;]{0,40}$/i.test(before)) return true;
  }
  return false;
}
