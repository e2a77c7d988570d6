import type { Operation } from "../../trace/operation.ts";
import { clientsOf } from "../../values/trust.ts";
import type { Place } from "../../values/value.ts";

/**
 * Is it somebody who is known for whom this is done, or do others of its operations ask for them? What one method of
 * a handler asks of those who come by it says nothing of another's: `if (req.method === "GET") { await getStaff() … }`.
 * Where it is of the same rows that they ask, the one that does not was forgotten.
 */
export function isKnownBeside(one: Operation, operations: readonly Operation[]): boolean {
  let others: readonly Place[] | null = null;
  return operations.some((each) => {
    if (!each.facts.has("auth")) return false;
    if (one.kind === "query" && each.kind === "query" && each.query.table === one.query.table) return true;
    others ??= ofOtherMethods(one, operations);
    return !others.some((branch) => standsIn(each, branch));
  });
}

/** The branches for single methods that it does not stand in. */
function ofOtherMethods(one: Operation, operations: readonly Operation[]): readonly Place[] {
  return operations.flatMap((each) => {
    if (each.kind !== "test" || each.consequent === null) return [];
    const asked = each.asked ?? [each.value];
    if (!asked.some((value) => value.k === "derived" && clientsOf(value).some(({ part }) => part === "method")))
      return [];
    const branch = { file: each.place.file, node: each.consequent };
    return standsIn(one, branch) ? [] : [branch];
  });
}

function standsIn({ place, calls }: Operation, { file, node }: Place): boolean {
  return [place, ...calls].some((at) => at.file === file && node.start <= at.node.start && at.node.end <= node.end);
}
