import { unboundChild } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { comparisons } from "../../values/query.ts";
import { clientsOf, scopeOf, trustOf } from "../../values/trust.ts";
import { keyOf } from "../../values/key.ts";
import type { Value } from "../../values/value.ts";
import { describe } from "../wording/describe-value.ts";

type Call = Extract<Operation, { kind: "call" }>;

/**
 * What another service keeps for a tenant is destroyed by a name the client chose, and only our own row of that name is
 * looked for inside the tenant: the other service's may be somebody else's.
 */
export function destroyedOutside({ trace }: Judged, report: Report): void {
  for (const [at, one] of trace.operations.entries()) {
    if (one.kind !== "call" || !DESTROYS.test(one.name) || !known(one)) continue;
    if ((one.origin !== "package" && one.origin !== "missing") || isOurs(one, trace.operations)) continue;
    const named = one.args.flatMap(chosen).find((value) => trustOf(value, one.facts) === null);
    if (named === undefined || !boundLater(trace.operations.slice(at + 1), named)) continue;
    report.violated(
      unboundChild,
      one.place,
      `${describe(named)} is destroyed over there before anything has shown it to be the caller's; only the row of our own is bound to them.`,
      one,
    );
    return;
  }
}

const DESTROYS = /^(?:del|delete|remove|destroy|revoke|cancel|purge|unlink|detach|deregister|terminate)/i;

function known({ facts }: Call): boolean {
  return facts.has("auth") && !facts.has("global") && !facts.has("opaque:scope");
}

/** A statement of our own database, or a call that is told for whom. */
function isOurs(one: Call, operations: readonly Operation[]): boolean {
  const { file, node } = one.place;
  return (
    one.args.some((arg) => tells(arg, one)) ||
    operations.some(
      ({ kind, place }) =>
        kind === "query" && place.file === file && place.node.start < node.end && node.start < place.node.end,
    )
  );
}

function tells(value: Value, one: Call): boolean {
  if (value.k === "struct") return [...value.props.values(), ...value.spreads].some((inner) => tells(inner, one));
  if (value.k === "request" || value.k === "principal") return true;
  return (value.k === "client" || value.k === "rows") && trustOf(value, one.facts) !== null;
}

/** The client's own values in what is handed over: as they are, in a text, in a bag of options. */
function chosen(value: Value): Value[] {
  if (value.k === "client") return [value];
  if (value.k === "derived" && /^(?:template|\+|string|encoded|replaced)$/.test(value.op))
    return value.args.flatMap(chosen);
  return value.k === "struct" ? [...value.props.values()].flatMap(chosen) : [];
}

/** The same name finds a row inside the caller's tenant afterwards. */
function boundLater(after: readonly Operation[], named: Value): boolean {
  const key = keyOf(named);
  return after.some(
    (one) =>
      one.kind === "query" &&
      (one.query.verb === "delete" || one.query.verb === "update") &&
      scopeOf(one.query.where, one.facts) !== null &&
      comparisons(one.query.where).some(
        ({ op, value }) => op === "equal" && clientsOf(value).some((said) => keyOf(said) === key),
      ),
  );
}
