import type { Node } from "oxc-parser";
import { nameKind, wordsOf } from "../../knowledge/names.ts";
import { isToLook } from "../../knowledge/right-words.ts";
import type { ProjectFile } from "../../project.ts";
import { missingRole } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import { says } from "../../source/says.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { walk } from "../../syntax/walk.ts";
import type { Operation } from "../../trace/operation.ts";
import { comparisons } from "../../values/query.ts";
import type { Value } from "../../values/value.ts";
import { isSensitive } from "../entry/entry-kinds.ts";

/** `authorize(user, "read", document)`, `requirePermission("project:read")`, `@CheckPolicies((a) => a.can(Action.Read, x))`. */
const ASKS =
  /\b(?:authori[sz]e|can|cannot|throwUnlessCan|assertCan|ensureCan|enforce|isAllowed|(?:check|require|assert|ensure|has|with|verify)\w{0,60}(?:Permissions?|Access|Abilit\w{1,8}|Polic\w{1,8}|Scopes?|Rights?|Privileges?)|Permissions|Scopes)\s{0,20}\(([^()]{0,400}(?:\([^()]{0,300}\)[^()]{0,300}){0,6})\)/gi;
const MAY_ASK =
  /authori[sz]e\s*\(|\bcan(?:not)?\s*\(|UnlessCan|(?:assert|ensure)Can|enforce\s*\(|isAllowed\s*\(|(?:Permission|Access|Abilit|Polic|Scope|Right|Privilege)\w{0,40}\s{0,20}\(/i;
/** What a right is called by: a text, or a constant of some list. */
const NAMED = /["'`]([\w:./-]{2,60})["'`]|\b([A-Z]\w*(?:\.\w+)+)/g;

/** Only the right to look at it is asked for, and it is changed; what does the same beside it asks for another. */
export function rightToRead({ entry, trace, project }: Judged, report: Report): boolean {
  if (entry.method === "GET" || entry.kind === "page" || entry.kind === "job") return false;
  const file = project.file(entry.file);
  if (file === null || !says(file, MAY_ASK)) return false;
  const own = file.text.slice(entry.node.start, entry.node.end);
  if (!asksOnlyToRead(own)) return false;
  for (const one of trace.operations) {
    if (!one.facts.has("auth") || one.facts.has("shared-secret") || one.facts.has("signature")) continue;
    const noun = changed(one);
    if (noun === null || PERSONAL.test(noun) || isOwn(one)) continue;
    const spoken = noun.toLowerCase();
    if (!unitsOf(file, entry.node).some((unit) => unit.lower.includes(spoken) && unit.asksForMore())) continue;
    report.violated(
      missingRole,
      one.place,
      `Whoever may look at it may change ${noun} here: only the right to read is asked for, and another beside it.`,
      one,
    );
    return true;
  }
  return false;
}
/** What everybody does to what they may look at. */
const PERSONAL =
  /star|favou?rite|view|pin|subscri|notif|reaction|vote|like|bookmark|follow|seen|comment|draft|event|audit|log|activit|download|export|visit|history|recent|job|queue|cache|mail|track|present/i;

/** The table, or what code that is not seen is a service of. */
function changed(one: Operation): string | null {
  if (one.kind === "query")
    return /^(?:create|update|upsert|delete)$/.test(one.query.verb)
      ? one.query.table.slice(one.query.table.lastIndexOf(".") + 1)
      : null;
  if (one.kind !== "call" || one.origin !== "missing" || !isSensitive(one) || nameKind(one.name) !== "writes")
    return null;
  const [noun = ""] = one.path.split(".").slice(-2, -1);
  return noun.length > 2 && noun !== "this" ? noun : null;
}

/** It is the caller's own row: what they add under their name, or found by it. */
function isOwn(one: Operation): boolean {
  if (one.kind !== "query") return false;
  const { data, where } = one.query;
  return (
    comparisons(where).some(({ field, value }) => OWNS.test(field) && isPerson(value)) ||
    (data?.k === "struct" &&
      [...data.props].some(
        ([column, value]) =>
          OWNS.test(column) && isPerson(value) && !(CREATED.test(column) && joins([...data.props.keys()])),
      ))
  );
}
const OWNS =
  /(?:^|\.)(?:user|owner|author|creator|created_?by|member|account|profile|person|viewer)(?:_?(?:id|uid))?$/i;
const CREATED = /(?:^|\.)creat/i;

/** `{ folderId, groupId, createdById }`: who put two others together owns neither. */
function joins(columns: readonly string[]): boolean {
  return columns.filter((column) => !OWNS.test(column) && /[a-z]_?id$/i.test(column)).length > 1;
}

function isPerson(value: Value): boolean {
  return value.k === "principal" || (value.k === "struct" && [...value.props.values()].some(isPerson));
}

function asksOnlyToRead(text: string): boolean {
  const asked = rightsIn(text);
  return asked.length > 0 && asked.every((right) => right === "read");
}

/** Each right that is asked for: only to look, or more; what is not told stands for more. */
function rightsIn(text: string): ("read" | "more")[] {
  return [...text.matchAll(ASKS)].flatMap(([, args = ""]) => {
    const named = [...args.matchAll(NAMED)].map(
      ([, said, constant]) => (said ?? constant ?? "").split(/[.:/]/).at(-1) ?? "",
    );
    if (named.length === 0) return args.trim() === "" ? [] : (["more"] as const);
    // `edit_list` is no right to look at the list.
    return [isToLook(named.flatMap(wordsOf)) ? ("read" as const) : ("more" as const)];
  });
}

/** A handler, method or function as it is written; what it asks is read once, whoever stands beside it. */
interface Unit {
  readonly start: number;
  readonly end: number;
  readonly lower: string;
  readonly asksForMore: () => boolean;
}

const units = new WeakMap<ProjectFile, readonly Unit[]>();

/** The handlers, methods and functions of the file that stand apart from this one. */
function unitsOf(file: ProjectFile, own: Node): Unit[] {
  let all = units.get(file);
  if (all === undefined) {
    all = [...walk(file.syntax.program)].filter(isUnit).map((node) => unitOf(node, file.text));
    units.set(file, all);
  }
  return all.filter(({ start, end }) => end <= own.start || start >= own.end);
}

function unitOf({ start, end }: Node, whole: string): Unit {
  const text = whole.slice(start, end);
  let more: boolean | undefined;
  return {
    start,
    end,
    lower: text.toLowerCase(),
    asksForMore: () => (more ??= rightsIn(text).includes("more")),
  };
}

function isUnit(node: Node): boolean {
  switch (node.type) {
    case "MethodDefinition":
    case "FunctionDeclaration":
      return true;
    case "VariableDeclarator":
      return node.init !== null && (isFunction(node.init) || node.init.type === "CallExpression");
    case "Property":
      return isFunction(node.value) || node.value.type === "CallExpression";
    case "CallExpression":
      return (
        node.callee.type === "MemberExpression" &&
        node.callee.property.type === "Identifier" &&
        /^(?:post|put|patch|delete|del|mutation|action|handler)$/.test(node.callee.property.name) &&
        node.arguments.some(isFunction)
      );
    default:
      return false;
  }
}
