import { isOwnerName, isTenantName } from "../../knowledge/names.ts";
import { clientTenant } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { comparisons } from "../../values/query.ts";
import { clientsOf, trustOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";

type QueryOperation = Extract<Operation, { kind: "query" }>;

/** RFC 6749, section 10.12: what comes back from another party's sign-in is the browser's to write. */
const STATE = /(?:^|[._])(?:state|relay_?state)(?:\.|$)/i;
const CODE = /(?:^|[._])(?:code|authorization_?code|auth_?code|installation_?id|oauth_?token|oauth_?verifier)$/i;

/**
 * The end of a connection to another service, where the tenant or the person that it is kept for is read from the
 * `state`: unless that is signed, kept on the server or compared with a cookie, whoever made the link has chosen them.
 */
export function returnedState({ entry, trace }: Judged, report: Report): void {
  const { operations } = trace;
  if (entry.kind === "function" || entry.kind === "job" || entry.kind === "middleware") return;
  if (!operations.some(bringsCode)) return;
  for (const one of operations) {
    if (one.kind !== "query" || !/^(?:create|update|upsert|delete)$/.test(one.query.verb)) continue;
    if (one.facts.has("signature") || one.facts.has("shared-secret") || one.facts.has("capability")) continue;
    const said = chosen(one).find(({ value }) => trustOf(value, one.facts) === null);
    if (said === undefined || operations.some((other) => other !== one && vouches(other))) continue;
    report.violated(
      clientTenant,
      one.place,
      `${said.field} is read from the state as the browser brings it back: whoever made the link decides whose ${one.query.table === "" ? "row" : one.query.table} this is.`,
      one,
    );
    return;
  }
}

/** What says whose the row is, and stands in the state. */
function chosen({ query }: QueryOperation): { readonly field: string; readonly value: Value }[] {
  const named: { field: string; value: Value }[] = comparisons(query.where).map(({ field, value }) => ({
    field: field.slice(field.lastIndexOf(".") + 1),
    value,
  }));
  if (query.data?.k === "struct") for (const [field, value] of query.data.props) named.push({ field, value });
  return named.filter(
    ({ field, value }) =>
      (isTenantName(field) || isOwnerName(field) || (query.verb !== "create" && /^_?id$/.test(field))) &&
      isOfState(value),
  );
}

function isOfState(value: Value): boolean {
  return clientsOf(value).some(({ part, path }) => part !== "cookie" && part !== "header" && STATE.test(path));
}

function isWhole(value: Value): boolean {
  return value.k === "client" && /(?:^|[._])(?:state|relay_?state)$/i.test(value.path);
}

function bringsCode(one: Operation): boolean {
  return (
    one.kind === "call" &&
    one.args.some((arg) => clientsOf(arg).some(({ part, path }) => part !== "cookie" && CODE.test(path)))
  );
}

/** It is compared with what is kept, looked up, or handed whole to code that may know it. */
function vouches(one: Operation): boolean {
  if (one.kind === "compare") {
    const [state, other] = isOfState(one.left) ? [one.left, one.right] : [one.right, one.left];
    if (!isOfState(state) || isOfState(other) || other.k === "literal") return false;
    // What it holds is compared with the session or a cookie; what it is, with anything that was kept.
    return (
      isWhole(state) ||
      other.k === "principal" ||
      clientsOf(other).some(({ part }) => part === "cookie" || part === "header")
    );
  }
  if (one.kind === "query")
    return (
      one.query.verb !== "create" &&
      comparisons(one.query.where).some(({ field, value }) => /state|nonce|token/i.test(field) && isOfState(value))
    );
  return (
    one.kind === "call" &&
    !one.args.some((arg) => clientsOf(arg).some(({ path }) => CODE.test(path))) &&
    one.args.some(isOfState)
  );
}
