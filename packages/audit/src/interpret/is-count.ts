import type { Value } from "../values/value.ts";

/** How many rows there are, or were changed. */
export function isCount(value: Value): boolean {
  if (value.k === "derived") return /^(?:length|number)$/.test(value.op) && value.args[0]?.k === "rows";
  return (
    value.k === "rows" &&
    (value.query.verb === "count" || /(?:^|\.)(?:\w*count|affected\w*|changes|\w*rows)$/i.test(value.path))
  );
}
