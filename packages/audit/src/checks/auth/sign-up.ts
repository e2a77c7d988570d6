import type { Operation } from "../../trace/operation.ts";
import type { Node } from "oxc-parser";
import type { EntryPoint } from "../../entry-points/entry-point.ts";
import { isRoleName, isTenantName } from "../../knowledge/names.ts";
import { clientOf } from "../../values/trust.ts";
import { comparisons } from "../../values/query.ts";
import type { Value } from "../../values/value.ts";

const PEOPLE = /^(?:app_?)?(?:users?|accounts?|members?|customers?|people|profiles?)$/i;

/** Functions in which somebody new is given an account, with a password that is hashed: strangers are meant to come there. */
export function signUps(operations: readonly Operation[], { path, name }: EntryPoint): ReadonlySet<Node> {
  const found = new Set<Node>();
  if (/admin|staff|team|employee|member|manage|internal/i.test(`${path ?? ""} ${name}`)) return found;
  for (const one of operations) {
    if (one.kind !== "query" || one.query.verb !== "create" || !PEOPLE.test(one.query.table)) continue;
    const at = one.within.at(-1);
    if (at !== undefined && setsPassword(one.query.data) && !setsRights(one.query.data)) found.add(at.node);
  }
  return found;
}

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

/** What a sign-up does: it looks whether the address is taken, and makes the account. */
export function isOfSignUp(operation: Operation, signing: ReadonlySet<Node>): boolean {
  if (operation.kind !== "query" || !operation.within.some((one) => signing.has(one.node))) return false;
  const { query } = operation;
  if (query.verb === "create") return true;
  return (
    (query.verb === "read" || query.verb === "list" || query.verb === "count") &&
    PEOPLE.test(query.table) &&
    comparisons(query.where).every(({ field }) => /email|user_?name|login|handle|phone/i.test(field))
  );
}
