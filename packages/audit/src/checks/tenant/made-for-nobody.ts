import type { Node } from "oxc-parser";
import type { ProjectFile } from "../../project.ts";
import { calledName } from "../../syntax/called-name.ts";
import { walk } from "../../syntax/walk.ts";
import { says } from "../../source/says.ts";
import { knowsTenants } from "../../knowledge/staff.ts";
import type { Query } from "../../values/query.ts";
import { stemOf } from "./stem.ts";
import { propertyOf } from "../../syntax/object-fields.ts";

/** Columns that say whose a row is, or what it hangs on. */
const WHOSE =
  /^(?:(?:\w*_)?(?:users?|owners?|authors?|creators?|orgs?|organi[sz]ations?|teams?|workspaces?|tenants?|accounts?|compan(?:y|ies)|customers?|members?|projects?|spaces?|stores?|shops?|households?|groups?|clients?|sites?|boards?|parents?|sub|uid)|\w+_(?:by|for|ids?)|(?!external|client)\w+(?:Id|By|For)s?)$/;
/** Values that know who is calling. */
const CALLER =
  /\b(?:session|user|userId|me|viewer|member|account|principal|actor|caller|owner|tenant|org\w*|team\w*|workspace\w*|auth|claims|locals|identity|profile|customer)\b|\b(?:ctx|context|c|req|request|this)\.(?!body|input|params?|query|req|db|data|valid)\w/i;
/** Tenants and people themselves: that no column of theirs says whose they are says nothing. */
const THEMSELVES =
  /^(?:\w*_)?(?:users?|accounts?|people|persons?|profiles?|orgs?|organi[sz]ations?|teams?|workspaces?|tenants?|compan(?:y|ies)|projects?|spaces?|stores?|shops?|households?|groups?|members?|customers?|clients?|sessions?|tokens?|secrets?|credentials?|(?:api|access)_?keys?|messages?|orders?|invoices?|payments?|subscriptions?|documents?|notes?|files?|uploads?|chats?|conversations?|rooms?|channels?|boards?)$/i;

/** Whether every making of a table's rows is for nobody; `begun`: one of them is an object that is saved later on. */
type Makings = ReadonlyMap<string, "nobodys" | "begun" | "somebodys">;
const known = new WeakMap<ProjectFile, Makings>();

/**
 * Rows that this file makes, and every time of columns that are all seen and none of which says whose they are: search
 * engines, categories of an instance, its announcements. There is no owner that another statement could have forgotten.
 * An object that was begun may be told its owner where nobody sees it: that excuses no change of it.
 */
export function isMadeForNobody(file: ProjectFile, { table, verb }: Pick<Query, "table" | "verb">): boolean {
  const name = table.slice(table.lastIndexOf(".") + 1);
  if (THEMSELVES.test(name.replace(/([a-z])([A-Z])/g, "$1_$2"))) return false;
  if (!says(file, MAKES) || knowsTenants(file.text)) return false;
  let makings = known.get(file);
  if (makings === undefined) known.set(file, (makings = makingsIn(file)));
  const stem = stemOf(name);
  const making = makings.get(stem);
  if (making === undefined || making === "somebodys") return false;
  if (making === "begun" && verb !== "read" && verb !== "list" && verb !== "count") return false;
  // `board_members(board_id, user_id)`: whose it is may stand in a table beside it.
  return (
    !hangsOnSomebody(file.text.toLowerCase(), `${stem}id`) && !hangsOnSomebody(file.text.toLowerCase(), `${stem}_id`)
  );
}

function hangsOnSomebody(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + name.length))
    if (SOMEBODY.test(text.slice(Math.max(0, at - 60), at + name.length + 60))) return true;
  return false;
}
const SOMEBODY = /\b(?:user|member|owner|account|org\w*|team|workspace|tenant|customer)_?id\b/;

const MAKES =
  /\$setOnInsert\b|\.(?:create|dispense|insert|insertOne|insertInto|values|into)\s*\(|\bnew\s+[A-Z]\w+\(|\binsert\s+into\b/i;

/** By the stems of the tables: is every making of one for nobody? */
function makingsIn({ syntax, text }: ProjectFile): Makings {
  const found = new Map<string, "nobodys" | "begun" | "somebodys">();
  const note = (table: string, nobodys: boolean, begun = false): void => {
    const stem = stemOf(table);
    const before = found.get(stem);
    if (stem.length < 2 || before === "somebodys") return;
    found.set(stem, !nobodys ? "somebodys" : begun || before === "begun" ? "begun" : "nobodys");
  };
  const variables = new Map<string, string[]>();
  const owned: string[] = [];
  for (const node of walk(syntax.program)) {
    const made = makingOf(node);
    if (made !== null)
      note(made.table, made.data !== null && isNobodys(made.data, text), node.type === "NewExpression");
    if (node.type === "VariableDeclarator" && node.id.type === "Identifier" && node.init !== null) {
      const init = node.init.type === "AwaitExpression" ? makingOf(node.init.argument) : makingOf(node.init);
      if (init !== null) variables.set(node.id.name, [...(variables.get(node.id.name) ?? []), init.table]);
    }
    const said = ownedAfterwards(node, text);
    if (said !== null) owned.push(said);
  }
  for (const table of owned.flatMap((name) => variables.get(name) ?? [])) note(table, false);
  for (const [, table = "", columns = ""] of text.matchAll(INSERTS))
    note(table, columns !== "" && columns.split(",").every((column) => !WHOSE.test(column.replace(/["'`\s]/g, ""))));
  for (const [, table = "", set = ""] of text.matchAll(DISPENSED))
    note(table, !CALLER.test(set) && !/\b(?:user|owner|org|team|account)_?id\b/i.test(set));
  return found;
}
/** RedBean: `const bean = R.dispense("tag"); bean.name = …; await R.store(bean)`. */
const DISPENSED = /\bdispense\(\s*["'](\w+)["']\s*\)([\s\S]{0,800}?)\bstore\(/g;
const INSERTS = /\binsert\s+into\s+["'`]?(?:\w+\.)?["'`]?(\w+)["'`]?\s*(?:\(([^()]{0,800})\))?/gi;

/** `recipe.author = …`, `recipe.setUser(…)`, `Object.assign(recipe, { owner })`: what is said of whose it is once it is made. */
function ownedAfterwards(node: Node, text: string): string | null {
  const said = (part: Node): string => text.slice(part.start, part.end);
  if (node.type === "AssignmentExpression" && node.left.type === "MemberExpression") {
    const { object } = node.left;
    return object.type === "Identifier" && (WHOSE.test(namedBy(node.left)) || CALLER.test(said(node.right)))
      ? object.name
      : null;
  }
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return null;
  const { object } = node.callee;
  const [, verb, column = ""] = /^(set|add|assign|attach|associate|link|merge)_?(\w*)$/.exec(calledName(node)) ?? [];
  if (verb === undefined || object.type !== "Identifier") return null;
  const [first] = node.arguments;
  const isOwner =
    WHOSE.test(column.charAt(0).toLowerCase() + column.slice(1)) ||
    node.arguments.some((arg) => CALLER.test(said(arg)) || namesOwner(arg));
  if (!isOwner) return null;
  return /^(?:assign|merge)$/.test(calledName(node)) && first?.type === "Identifier" ? first.name : object.name;
}

function namesOwner(arg: Node): boolean {
  if (arg.type === "Literal") return typeof arg.value === "string" && WHOSE.test(arg.value);
  return (
    arg.type === "ObjectExpression" &&
    arg.properties.some((one) => one.type === "Property" && one.key.type === "Identifier" && WHOSE.test(one.key.name))
  );
}

interface Making {
  readonly table: string;
  readonly data: Node | null;
}

function makingOf(node: Node): Making | null {
  if (node.type === "NewExpression")
    return node.callee.type === "Identifier" && /^[A-Z]\w+$/.test(node.callee.name) && node.arguments[0] !== undefined
      ? { table: node.callee.name, data: node.arguments[0].type === "ObjectExpression" ? node.arguments[0] : null }
      : null;
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return null;
  const { object } = node.callee;
  const [first = null] = node.arguments;
  switch (calledName(node)) {
    // Drizzle and Kysely: `db.insert(engines).values({…})`, `db.insertInto("engine").values({…})`.
    case "values": {
      const table = /^insert(?:Into)?$/.test(calledName(object)) ? namedBy(argumentOf(object)) : "";
      return table === "" ? null : { table, data: objectOf(first) };
    }
    // Prisma and the models of an ORM: `prisma.engine.create({ data: {…} })`, `Engine.create({…})`.
    case "create": {
      const table = namedBy(object);
      const only = objectOf(first);
      const data = only === null ? null : (objectOf(dataOf(only) ?? null) ?? only);
      return table === "" ? null : { table, data: data === only && dataOf(only) !== undefined ? null : data };
    }
    // Knex, Supabase and the driver of MongoDB: `db("engines").insert({…})`, `db.collection("engines").insertOne({…})`.
    case "insert":
    case "insertOne": {
      const table = object.type === "CallExpression" ? namedBy(argumentOf(object)) : namedBy(object);
      return table === "" || objectOf(first) === null ? null : { table, data: objectOf(first) };
    }
    // `Feed.findOneAndUpdate({ url }, { $setOnInsert: {…} }, { upsert: true })`
    case "findOneAndUpdate":
    case "updateOne": {
      const made = objectOf(propertyOf(objectOf(node.arguments[1] ?? null), "$setOnInsert") ?? null);
      const table = namedBy(object);
      return table === "" || made === null ? null : { table, data: made };
    }
    default:
      return null;
  }
}

function argumentOf(node: Node): Node | null {
  return node.type === "CallExpression" ? (node.arguments[0] ?? null) : null;
}

function namedBy(node: Node | null): string {
  if (node?.type === "Identifier") return node.name;
  if (node?.type === "Literal") return typeof node.value === "string" ? node.value : "";
  return node?.type === "MemberExpression" && node.property.type === "Identifier" ? node.property.name : "";
}

function objectOf(node: Node | null): Extract<Node, { type: "ObjectExpression" }> | null {
  if (node?.type === "TSAsExpression" || node?.type === "TSSatisfiesExpression") return objectOf(node.expression);
  return node?.type === "ObjectExpression" ? node : null;
}

function dataOf(node: Node | null): Node | undefined {
  return node?.type === "ObjectExpression" ? propertyOf(node, "data") : undefined;
}

function isNobodys(data: Node, text: string): boolean {
  return (
    data.type === "ObjectExpression" &&
    data.properties.length > 1 &&
    data.properties.every(
      (one) =>
        one.type === "Property" &&
        one.key.type === "Identifier" &&
        !WHOSE.test(one.key.name) &&
        !CALLER.test(text.slice(one.value.start, one.value.end)),
    )
  );
}
