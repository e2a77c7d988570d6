import { isSensitive } from "../entry/entry-kinds.ts";
import type { Judged } from "../../rules/rule.ts";
import type { Facts } from "../../values/facts.ts";
import type { Query } from "../../values/query.ts";
import { isOpenTo, trustOf } from "../../values/trust.ts";
import { givenIn } from "../../values/given.ts";
import type { Value } from "../../values/value.ts";

/** Are the rows answered, or do they decide what is answered, on a path where nothing has shown them to be the caller's? */
export function isUsed(query: Query, judged: Judged): boolean {
  for (const one of judged.trace.operations) {
    if (one.kind === "respond" || one.kind === "return") {
      const body = one.kind === "respond" ? one.body : one.value;
      if (body !== null && shows(body, query, one.facts)) return true;
    }
    // What is copied into a row of the caller's is the caller's to read.
    if (one.kind === "query" && one.query.data !== null && copies(one.query.data, query, one.facts)) return true;
    if (
      one.kind === "call" &&
      one.origin !== "global" &&
      (one.origin !== "package" || isSensitive(one)) &&
      // `isForbidden(row, user)`: to be asked about them.
      !(one.args.length > 1 && one.args.some((arg) => arg.k === "principal")) &&
      !(ASKS.test(one.name) && asksAbout(one.args.flatMap((arg) => givenIn(arg)))) &&
      !/log|console|capture|track|redis|cache|\bkv\b|memo/i.test(one.path) &&
      one.args.some((arg) => !isIdentifierOnly(arg) && partsOf(arg).some((part) => shows(part, query, one.facts)))
    )
      return true;
  }
  return false;
}

/** Is a row of theirs made into one of the caller's: duplicated, imported, used as a draft? */
export function isCopied(query: Query, { trace }: Judged): boolean {
  return trace.operations.some(
    (one) =>
      one.kind === "query" &&
      one.query.verb === "create" &&
      one.query.table === query.table &&
      one.query.data !== null &&
      copies(one.query.data, query, one.facts),
  );
}

/** Columns of the rows, ids apart, among what is written. */
function copies(data: Value, query: Query, facts: Facts): boolean {
  if (data.k === "list") return data.items.some((one) => copies(one, query, facts));
  if (data.k !== "struct") return false;
  return [...data.props.values(), ...data.spreads].some((one) => !isId(one) && shows(one, query, facts));
}

function isId(value: Value): boolean {
  if (value.k === "choice") return value.alternatives.every((one) => one.value.k !== "rows" || isId(one.value));
  return value.k === "rows" && /(?:^|\.)\w*id$/i.test(value.path);
}

/** What an object holds, but for ids: the id of a row that was found by it is what it was found by. */
function partsOf(value: Value): readonly Value[] {
  if (value.k !== "struct") return [value];
  return [...value.props.values(), ...value.spreads].filter(
    (one) => one.k !== "rows" || !/^(?:\[\]\.)?_?id$/.test(one.path),
  );
}

const ASKS = /^(?:count|find|get|exists|is|has|can|may|check|verify|lookup|load|fetch)(?![a-z])/;

/** `Member.count({ where: { projectId: row.projectId, userId } })`. */
function asksAbout(parts: readonly Value[]): boolean {
  return parts.length > 1 && parts.some(isSomebody);
}

function isSomebody(value: Value): boolean {
  return value.k === "choice" ? value.alternatives.some((one) => isSomebody(one.value)) : value.k === "principal";
}

/** `row.id`, or a text that is made of it: `api.${row.id}.delete`. */
function isIdentifierOnly(value: Value): boolean {
  if (value.k === "derived" && value.op === "template")
    return value.args.every((arg) => arg.k === "literal" || isIdentifierOnly(arg));
  return value.k === "rows" && /(?:^|\.)(?:\w*id|email|name|slug)$/i.test(value.path);
}

/** A table that is written cell by cell is a text of lists of texts. */
const MAX_DEPTH = 16;

/** Does the value hold these rows where they are not known to be the caller's? */
function shows(value: Value, query: Query, facts: Facts, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false;
  switch (value.k) {
    case "rows":
      // In which currency or language says nothing of whose it is.
      if (/(?:^|\.)(?:currency|locale|time_?zone|language)$/i.test(value.path)) return false;
      return value.query.id === query.id && !isHis(query, facts) && trustOf(value, facts) === null;
    case "struct":
      return [...value.props.values(), ...value.spreads].some((inner) => shows(inner, query, facts, depth + 1));
    case "list":
      return value.items.some((inner) => shows(inner, query, facts, depth + 1));
    case "choice":
      return value.alternatives.some((one) => shows(one.value, query, facts.and(one.facts), depth + 1));
    case "pending":
      return shows(value.value, query, facts.and(value.facts), depth + 1);
    case "derived":
      return (
        value.op !== "!" &&
        value.op !== "===" &&
        value.op !== "!==" &&
        value.op !== "boolean" &&
        value.args.some((inner) => shows(inner, query, facts, depth + 1))
      );
    case "chain":
      return [value.root, ...value.steps.flatMap((step) => (step.kind === "member" ? [] : [...step.args]))].some(
        (inner) => shows(inner, query, facts, depth + 1),
      );
    case "response":
      return value.body !== null && shows(value.body, query, facts, depth + 1);
    default:
      return false;
  }
}

/** It was shown to be the caller's, or to be for everybody, or not to be there. */
function isHis(query: Query, facts: Facts): boolean {
  return facts.has(`row:${query.id}`) || facts.has(`open:row:${query.id}`);
}

/** Looked up before anybody was asked, and answered only where it was then shown to be the caller's or everybody's. */
export function isCheckedBeforeShown(query: Query, judged: Judged): boolean {
  let checked = false;
  for (const one of judged.trace.operations) {
    // What a policy looks up to decide with, behind which something else was read as open to everybody.
    if (one.kind === "query" && one.query !== query && isOpenTo(one.query.where, one.facts)) checked = true;
    const body = one.kind === "respond" ? one.body : one.kind === "return" ? one.value : null;
    if (body === null) continue;
    if (shows(body, query, one.facts)) return false;
    checked ||= isHis(query, one.facts);
  }
  return checked && !isUsed(query, judged);
}
