import { comparisons, type Query } from "../../values/query.ts";
import type { Value } from "../../values/value.ts";

/** What people are called by in the address of what they show. */
const PUBLIC_NAME = /(?:^|\.)(?:user_?name|handle|nick_?name|screen_?name|vanity_?\w*|slug|permalink)$/i;

/** `/:username/collections/:id`: it is found under the name of whom it belongs to, as visitors of their page find it. */
export function isFoundUnderName({ where }: Query, depth = 0): boolean {
  return (
    depth < 3 &&
    comparisons(where).some(
      ({ op, value }) =>
        op === "equal" && value.k === "rows" && (isNamed(value) || isFoundUnderName(value.query, depth + 1)),
    )
  );
}

function isNamed({ path, query }: Extract<Value, { k: "rows" }>): boolean {
  return (
    /^(?:_?id|uuid)$/.test(path) &&
    comparisons(query.where).some(
      ({ field, op, value }) =>
        op === "equal" && PUBLIC_NAME.test(field) && value.k === "client" && value.part === "params",
    )
  );
}
