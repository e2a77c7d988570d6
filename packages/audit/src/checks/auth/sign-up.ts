import type { Operation } from "../../trace/operation.ts";
import type { Node } from "oxc-parser";
import type { EntryPoint } from "../../entry-points/entry-point.ts";
import { isRoleName, isTenantName } from "../../knowledge/names.ts";
import { holds } from "../../values/holds.ts";
import { clientOf } from "../../values/trust.ts";
import { comparisons, type Query } from "../../values/query.ts";
import type { Value } from "../../values/value.ts";

const PEOPLE = /^(?:app_?)?(?:users?|accounts?|members?|customers?|people|profiles?)$/i;

/**
 * Functions in which somebody new is given an account, with a password that is hashed, or somebody a link or code to
 * sign in with, at their address: strangers are meant to come there.
 */
export function signUps(operations: readonly Operation[], { path, name }: EntryPoint): ReadonlySet<Node> {
  const found = new Set<Node>();
  if (/admin|staff|team|employee|member|manage|internal/i.test(`${path ?? ""} ${name}`)) return found;
  for (const one of operations) {
    const sent = one.kind === "call" ? one.within.at(-1) : undefined;
    if (one.kind === "call" && sent !== undefined && isSentLink(one, operations)) found.add(sent.node);
    if (one.kind !== "query" || one.query.verb !== "create") continue;
    const at = one.within.at(-1);
    if (at === undefined) continue;
    if (PEOPLE.test(one.query.table) && setsPassword(one.query.data) && !setsRights(one.query.data)) found.add(at.node);
    if (ONE_TIME.test(one.query.table) && isForAddressee(one.query.data)) found.add(at.node);
  }
  return found;
}

/** What is sent to somebody's address to show that it is theirs; not what opens a session or an account for good. */
const ONE_TIME =
  /^(?:\w*(?:login|sign_?in|magic|verif\w*|one_?time|otp|reset|recover\w*|confirm\w*|email|passwordless)_?\w*(?:tokens?|links?|codes?|requests?)|otps?|verifications?|magic_?links?)$/i;

/** A value nobody can guess, kept hashed, for the person whose address was given. */
function isForAddressee(data: Value | null): boolean {
  if (data?.k !== "struct") return false;
  const values = [...data.props.values()];
  return (
    values.some((value) => isHashed(value)) &&
    values.some((value) => value.k === "rows" && PEOPLE.test(value.query.table) && isByAddress(value.query)) &&
    !setsRights(data)
  );
}

function isByAddress({ where }: Query): boolean {
  const by = comparisons(where);
  return by.length > 0 && by.every(({ field }) => ADDRESS.test(field));
}
const ADDRESS = /email|user_?name|login|handle|phone/i;

function setsPassword(data: Value | null): boolean {
  if (data?.k === "list") return data.items.some(setsPassword);
  if (data?.k !== "struct") return false;
  return [...data.props].some(([name, value]) => /pass|hash/i.test(name) && isHashed(value));
}

/** Whoever says which role or organisation the account gets is no stranger who signs up. */
function setsRights(data: Value | null): boolean {
  if (data?.k !== "struct") return data?.k === "list" && data.items.some(setsRights);
  return [...data.props].some(([name, value]) => (isRoleName(name) || isTenantName(name)) && clientOf(value) !== null);
}

function isHashed(value: Value): boolean {
  if (value.k === "choice") return value.alternatives.some((one) => isHashed(one.value));
  if (value.k === "pending") return isHashed(value.value);
  return value.k === "derived" && /^(?:hash|concealed)$/.test(value.op);
}

const SENDS = /^(?:send|mail|email|deliver|notify|enqueue|queue|add|publish|emit|dispatch|trigger)/i;

/** What was made just now goes to the one who was looked up by the address that came: also where no row keeps it. */
function isSentLink(call: Extract<Operation, { kind: "call" }>, operations: readonly Operation[]): boolean {
  return (
    SENDS.test(call.name) &&
    call.args.some((arg) => holds(arg, isAddress)) &&
    call.args.some((arg) => holds(arg, isMadeNow)) &&
    operations.some((one) => one.kind === "query" && PEOPLE.test(one.query.table) && isByAddress(one.query)) &&
    !operations.some((one) => one.kind === "query" && one.query.verb === "create" && !ONE_TIME.test(one.query.table))
  );
}

function isMadeNow(value: Value): boolean {
  if (value.k === "derived") return value.op === "random";
  if (value.k !== "chain") return false;
  const last = value.steps.findLast((step) => step.kind === "member")?.name;
  return /^(?:sign|issue|create|generate|make|mint)\w*/i.test(
    last ?? (value.root.k === "foreign" ? value.root.name : ""),
  );
}

function isAddress(value: Value): boolean {
  if (value.k === "client") return /(?:^|\.)(?:e_?mail|phone|mobile)\w*$/i.test(value.path);
  return (
    value.k === "rows" && PEOPLE.test(value.query.table) && /(?:^|\.)(?:e_?mail|phone|mobile|id)\w*$/i.test(value.path)
  );
}

/** What a sign-up does: it looks whether the address is taken, and makes the account. */
export function isOfSignUp(operation: Operation, signing: ReadonlySet<Node>): boolean {
  if (!operation.within.some((one) => signing.has(one.node))) return false;
  // The link or the welcome is sent to the very address that was given.
  if (operation.kind === "call")
    return SENDS.test(operation.name) && operation.args.some((arg) => holds(arg, isAddress));
  if (operation.kind !== "query") return false;
  const { query } = operation;
  if (query.verb === "create") return true;
  return (
    (query.verb === "read" || query.verb === "list" || query.verb === "count") &&
    PEOPLE.test(query.table) &&
    comparisons(query.where).every(({ field }) => ADDRESS.test(field))
  );
}
