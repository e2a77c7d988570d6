import { nameKind } from "../knowledge/names.ts";
import type { Operation } from "../trace/operation.ts";
import { Facts } from "../values/facts.ts";
import { keyOf } from "../values/key.ts";
import { comparisons } from "../values/query.ts";
import { scopeOf } from "../values/trust.ts";
import { type Closure, FALSE, type Value } from "../values/value.ts";
import { choose } from "./state.ts";

/**
 * `canPreview(viewer, slug)`: a function that is asked whether, and on one of its ways looks for a row that is the
 * caller's and has that value. What else it says yes by is the application's own rule: its yes is about both.
 */
export function answeredAbout(
  { name }: Closure,
  args: readonly Value[],
  answer: Value,
  did: readonly Operation[],
): Value {
  if (nameKind(name) !== "asks") return answer;
  const asked = args.flatMap((arg) => (arg.k === "client" ? [keyOf(arg)] : []));
  if (asked.length === 0) return answer;
  const about = asked.filter((key) =>
    did.some(
      (one) =>
        one.kind === "query" &&
        scopeOf(one.query.where, one.facts) !== null &&
        comparisons(one.query.where).some(({ op, value }) => op === "equal" && keyOf(value) === key),
    ),
  );
  if (about.length === 0) return answer;
  const shown = { sure: false, place: null, why: `${name} was asked about it` };
  return choose([
    {
      value: answer,
      facts: Facts.none.withAll(
        about.map((key) => `ok:${key}`),
        shown,
      ),
    },
    { value: FALSE, facts: Facts.none },
  ]);
}
