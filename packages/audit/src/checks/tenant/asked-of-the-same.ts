import type { Node } from "oxc-parser";
import type { ProjectFile } from "../../project.ts";
import { unscopedQuery } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import { perFile } from "../../source/per-file.ts";
import { says } from "../../source/says.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { walk } from "../../syntax/walk.ts";
import type { Operation } from "../../trace/operation.ts";
import { trustOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";
import { isPublicByDesign } from "../openness/public-by-design.ts";

type Call = Extract<Operation, { kind: "call" }>;
type ClientValue = Extract<Value, { k: "client" }>;

/** `canAccessRoom(room, user)`, `assertMember(…)`: whatever is asked about. */
const ASKS = /\b(?:can|may|has|is|check|assert|ensure|require|verify|authori[sz]e)[A-Z_]\w*\(([^;{}]{0,160})/g;
/** A look-up that is told who is calling beside which one. */
const LOOKS_UP = /\b(?:find|get|fetch|load|read|count|exists)\w*\(([^;]{0,160})/g;
const CALLER =
  /\b(?:uid|(?:this|req|ctx|context|session|me|viewer|caller|auth)\.\w*[uU]ser\w*|user\.(?:_?id|uid)|userId|currentUser\w*|Meteor\.userId)\b/;
const MAY_ASK = /\b(?:can|may|has|is|check|assert|ensure|require|verify|authori[sz]e)[A-Z_]\w*\(/;
/** How many others have to ask of it for it to be a rule of the house. */
const ENOUGH = 2;
const USES =
  /^(?:find|get|fetch|load|list|read|search|count|set|update|delete|remove|add|create|save|archive|mark|pin|close|open|clean|export)/;

/**
 * `messages.findByMentionIn(user.username, roomId)`, where every other handler of the file that is told a `roomId` asks
 * whether the caller may be there: that something of the caller's stands beside the id says nothing of that.
 */
export function askedOfTheSame(one: Call, { entry, project, ...judged }: Judged, report: Report): boolean {
  if (one.origin !== "missing" || one.place.file !== entry.file || !one.path.includes(".")) return false;
  const { facts } = one;
  if (facts.get("auth")?.sure !== true || !USES.test(one.name)) return false;
  if (facts.has("role") || facts.has("global") || facts.has("rls") || facts.has("capability")) return false;
  for (const [name] of facts.entries()) if (name.startsWith("opaque:")) return false;
  const id = one.args.find(
    (arg): arg is ClientValue =>
      arg.k === "client" && /[a-z](?:Id|_id)$/.test(arg.path) && trustOf(arg, facts) === null,
  );
  const file = project.file(entry.file);
  if (id === undefined || file === null || !says(file, MAY_ASK)) return false;
  const name = id.path.slice(id.path.lastIndexOf(".") + 1);
  const told = toldAbout(file, name);
  const own = told.find(({ node }) => contains(entry.node, node) || contains(node, entry.node));
  const others = told.filter((each) => each !== own);
  if (own === undefined || own.asks || others.length < ENOUGH || !others.every(({ asks }) => asks)) return false;
  if (isPublicByDesign(entry, { entry, project, ...judged })) return false;
  report.violated(
    unscopedQuery,
    one.place,
    `Every other handler here that is told ${name} asks whether the caller may; ${one.name} takes what the client names.`,
    one,
  );
  return true;
}

interface Told {
  readonly node: Node;
  readonly asks: boolean;
}

const known = perFile((_: ProjectFile) => new Map<string, readonly Told[]>());

/** The handlers of a file that are told such an id, and whether each asks of it. */
function toldAbout(file: ProjectFile, name: string): readonly Told[] {
  const before = known(file).get(name);
  if (before !== undefined) return before;
  const found: Told[] = [];
  const noun = name.replace(/_?[iI]d$/, "");
  for (const node of walk(file.syntax.program)) {
    if (!isFunction(node) || node.body === null || node.body === undefined) continue;
    // The outermost that is handed it, or takes it out of what it is handed.
    if (found.some((outer) => contains(outer.node, node))) continue;
    const params = node.params.map(({ start, end }) => file.text.slice(start, end)).join(" ");
    if (!params.split(/\W+/).includes(name)) continue;
    found.push({ node, asks: asksOf(file.text.slice(node.body.start, node.body.end), [name, noun]) });
  }
  known(file).set(name, found);
  return found;
}

function asksOf(body: string, names: readonly string[]): boolean {
  const speaks = (given: string): boolean => given.split(/\W+/).some((word) => names.includes(word));
  for (const [, given = ""] of body.matchAll(ASKS)) if (speaks(given)) return true;
  for (const [, given = ""] of body.matchAll(LOOKS_UP)) if (speaks(given) && CALLER.test(given)) return true;
  return false;
}

function contains(outer: Node, inner: Node): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}
