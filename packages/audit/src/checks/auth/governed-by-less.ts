import type { Node } from "oxc-parser";
import type { ProjectFile } from "../../project.ts";
import { missingRole } from "../../rules/catalogue.ts";
import { calledName } from "../../syntax/called-name.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { children, walk } from "../../syntax/walk.ts";
import type { LooseEnd } from "../loose-ends/loose-end.ts";

type CallNode = Extract<Node, { type: "CallExpression" }>;

const ASKS =
  /^(?:authori[sz]e|can|may|enforce|allow|(?:assert|ensure|require|check|verify|has)(?:Can|May|Permission|Right|Ability|Access|Policy)?)$/;
const CALLER =
  /^(?:(?:ctx|context|req|request|session|state)\.)*(?:user|actor|me|viewer|caller|principal|member|currentUser|account|auth)$/;
/** A right that says who may reach something, and one that lets work with it. */
const GOVERNS = /manage|admin|owner|share|invite|grant|permission|members?(?![a-z])|users?(?![a-z])/i;
const WORKS = /^(?:\w+[:._-])?(?:read|view|list|see|edit|update|write|comment|create|add)$/i;

/** Where it is written down who may reach what: `GroupMembership.findOrCreate(`, `prisma.folderShare.delete(`. */
const BELONGING =
  /\b(\w*(?:[mM]embers?|[mM]emberships?|[cC]ollaborators?|[pP]ermissions?|[gG]rants?|[sS]hares?|[aA]ccess))\s*\.\s*(?:create|findOrCreate|upsert|update|destroy|delete|insert|bulkCreate|findOne|findFirst|findUnique)\w*\(/g;
const WRITES = /\.(?:create|findOrCreate|upsert|update|destroy|delete|insert|bulkCreate|remove|save)\w*\(/;
const MAY_GOVERN =
  /\b(?:authori[sz]e|can|may|enforce|allow|(?:assert|ensure|require|check|verify|has)\w*)\([^()]{0,80}["'`]/;
const REACH = 240;
/** How many others have to ask for the greater right for it to be a rule of the house. */
const ENOUGH = 2;

interface Asked {
  readonly node: CallNode;
  readonly right: string;
  readonly of: string;
}

/**
 * `authorize(user, "update", document)` before somebody is let in, where the file's other handlers that let in or put out
 * ask for more of the same: `authorize(actor, "manageUsers", document)`. Whoever may work with it gives it away.
 */
export function* governedByLess({ text, syntax }: ProjectFile): Generator<LooseEnd> {
  if (!MAY_GOVERN.test(text) || text.search(BELONGING) === -1) return;
  const all: Asked[][] = [];
  const visit = (node: Node): void => {
    if (!isFunction(node)) return children(node).forEach(visit);
    const own = text.slice(node.start, node.end);
    const asked = WRITES.test(own) ? askedIn(node, text) : [];
    if (asked.length > 0 && letsIn(own, asked)) all.push(asked);
    else children(node).forEach(visit);
  };
  visit(syntax.program);
  for (const asked of all)
    for (const { node, of } of asked) {
      const rights = asked.filter((one) => one.of === of).map(({ right }) => right);
      if (!rights.every((right) => WORKS.test(right))) continue;
      const others = all
        .filter((other) => other !== asked)
        .flatMap((other) => {
          const same = other.filter((one) => one.of === of);
          return same.length === 0 ? [] : [same.find(({ right }) => GOVERNS.test(right)) ?? null];
        });
      const [more] = others;
      if (others.length < ENOUGH || more === undefined || others.includes(null)) continue;
      yield {
        rule: missingRole,
        node,
        message: `Its neighbours ask for ${more?.right ?? "more"} of ${of} before they say who may reach it; here ${rights.join(", ")} is enough.`,
      };
      break;
    }
}

/** What a function asks of its caller and of something that was found, by the text of the right. */
function askedIn(fn: Node, text: string): Asked[] {
  const found: Asked[] = [];
  for (const node of walk(fn)) {
    if (node.type !== "CallExpression" || !ASKS.test(calledName(node))) continue;
    const right = node.arguments.find((arg) => arg.type === "Literal");
    const others = node.arguments.filter((arg) => arg !== right).map(({ start, end }) => text.slice(start, end));
    const of = others.findLast((one) => /^[\w.]+$/.test(one) && !CALLER.test(one));
    if (right?.type !== "Literal" || typeof right.value !== "string" || of === undefined) continue;
    if (!/^[\w:.-]{2,60}$/.test(right.value) || !others.some((one) => CALLER.test(one))) continue;
    found.push({ node, right: right.value, of });
  }
  return found;
}

/** It writes down who may reach something, and not that the caller themselves do. */
function letsIn(own: string, [first]: readonly Asked[]): boolean {
  const caller = first === undefined ? "" : callerOf(first.node);
  const tables = [...own.matchAll(BELONGING)];
  return (
    tables.length > 0 &&
    !tables.some(({ index }) =>
      [...own.slice(index, index + REACH).matchAll(/(\w+)\s*:\s*([\w.]+)\.id\b/g)].some(
        ([, column = "", of = ""]) => of === caller && !/by/i.test(column),
      ),
    )
  );
}

function callerOf({ arguments: args }: CallNode): string {
  const [first] = args;
  return first?.type === "Identifier" ? first.name : "";
}
