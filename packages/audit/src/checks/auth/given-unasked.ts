import type { ProjectFile } from "../../project.ts";
import { missingRole } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { holds } from "../../values/holds.ts";
import { keyOf } from "../../values/key.ts";
import { clientOf, trustOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";

const GIVEN = /(?:^|_)roles?$|Roles?$|^(?:permissions?|scopes?|abilities)$/;
const HANDS_OUT = /invit|member|user|collaborat|participant|seat|api_?key|account|grant|role/i;
/** `assertGrantable(req.user, body.role)`, `if (!canAssign(me, input.roles))`: who gives, and what. */
const ASKS =
  /\b((?:assert|ensure|check|can|may|verify|require|validate|is|throwIf)\w*)\(\s*(?:\w+[?!]?\.){0,3}(?:user|actor|me|viewer|caller|inviter|member|membership|account|session)(?:[?!]?\.\w+)?\s*,\s*(?:\w+[?!]?\.){0,3}\w*(?:[rR]oles?|[pP]ermissions?|[sS]copes?)\s*[,)]/g;

const known = new WeakMap<ProjectFile, readonly { readonly name: string; readonly at: number }[]>();

/**
 * Another function of the file asks whether the role in what was sent is its sender's to give, and then hands it on; this
 * one hands it on to the same without.
 */
export function givenUnasked({ entry, trace, project }: Judged, report: Report): boolean {
  const file = project.file(entry.file);
  if (file === null || entry.kind === "page") return false;
  const asked = asksIn(file);
  const { start, end } = entry.node;
  const others = asked.filter(({ at }) => at < start || at >= end);
  if (others.length === 0 || others.length < asked.length) return false;
  if (others.some(({ name }) => file.text.slice(start, end).includes(name))) return false;
  const first = trace.operations.find((one) => handsOut(one) && isHandedBeside(one, file, entry.node));
  if (first === undefined) return false;
  report.violated(
    missingRole,
    first.place,
    `${others[0]?.name ?? "Another"} is asked elsewhere here before such a role is given; nothing compares it with the giver's own.`,
    first,
  );
  return true;
}

function asksIn(file: ProjectFile): readonly { readonly name: string; readonly at: number }[] {
  const before = known.get(file);
  if (before !== undefined) return before;
  const found = [...file.text.matchAll(ASKS)].map(({ index, 1: name = "" }) => ({ name, at: index }));
  known.set(file, found);
  return found;
}

/** A role that the client names, and that nothing has looked at, is given to somebody. */
function handsOut(one: Operation): boolean {
  const { facts } = one;
  if (!facts.has("auth") || facts.has("global")) return false;
  if (one.kind === "query")
    return one.query.data !== null && HANDS_OUT.test(one.query.table) && givesRole(one.query.data, one);
  return (
    one.kind === "call" &&
    one.origin !== "global" &&
    HANDS_OUT.test(one.path) &&
    one.args.some((arg) => givesRole(arg, one))
  );
}

function givesRole(data: Value, { facts }: Operation): boolean {
  if (data.k !== "struct") return false;
  return [...data.props].some(([column, value]) => {
    const said = GIVEN.test(column) ? clientOf(value) : null;
    return (
      said !== null &&
      trustOf(said, facts) === null &&
      !facts.has(`doubt:${keyOf(said)}`) &&
      holds(value, (inner) => inner.k === "client" && inner.closed !== true)
    );
  });
}

/** What it is handed to is called by others of the file as well. */
function isHandedBeside(one: Operation, { text }: ProjectFile, { start, end }: Judged["entry"]["node"]): boolean {
  const name = one.kind === "call" ? one.name : one.kind === "query" ? one.query.table : "";
  if (name === "") return false;
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + name.length))
    if (at < start || at >= end) return true;
  return false;
}
