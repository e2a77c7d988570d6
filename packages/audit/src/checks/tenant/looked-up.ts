import type { Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Facts } from "../../values/facts.ts";
import type { Query } from "../../values/query.ts";
import { clientsOf, isCapability, scopeOf, trustOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";
import { unscopedQuery } from "../../rules/catalogue.ts";
import { comparisons } from "../../values/query.ts";
import { describe } from "../wording/describe-value.ts";
import { nameOf } from "../wording/query-words.ts";

/** What is changed was found by a look-up that asked for nobody's: there, too, it would have to be asked. */
export function lookedUp(value: Value, one: Operation, report: Report): void {
  const query = unconfinedRead(value, one.facts);
  if (query === null) return;
  const by = comparisons(query.where).find(({ value: chosen }) => clientsOf(chosen).length > 0);
  report.violated(
    unscopedQuery,
    query.place,
    `A row of ${nameOf(query)} is looked up by ${by === undefined ? "the client's word" : describe(by.value)} alone, and what follows goes by it: the row need not be the caller's.`,
    one,
  );
}

function unconfinedRead(value: Value, facts: Facts): Query | null {
  if (value.k === "choice")
    return value.alternatives.map((one) => unconfinedRead(one.value, facts)).find((query) => query !== null) ?? null;
  if (value.k !== "rows" || value.query.verb !== "read") return null;
  const { query } = value;
  if (
    facts.has(`row:${query.id}`) ||
    facts.has(`open:row:${query.id}`) ||
    isCapability(query) ||
    scopeOf(query.where, facts) !== null
  )
    return null;
  return comparisons(query.where).some(
    ({ op, value: by }) => op === "equal" && clientsOf(by).length > 0 && trustOf(by, facts) === null,
  )
    ? query
    : null;
}
