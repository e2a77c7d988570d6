import type { Machine } from "../../interpret/machine.ts";
import type { Condition } from "../../values/query.ts";
import type { Closure, Value } from "../../values/value.ts";
import { callsOf, columnName, type NamedCall } from "./chain.ts";
import { fromObject } from "./conditions.ts";

/** What a callback is given, and what `this` is in it. */
/** What stands for the statement within a function that is given to one of its clauses. */
export const BUILDER: Value = { k: "foreign", from: "knex", name: "builder", origin: "package" };

/** The conditions of a statement, a sub-select or a group in a callback. */
export function knexConditions(machine: Machine, calls: readonly NamedCall[]): Condition[] {
  let of: Condition[] = [];
  for (const one of calls) {
    if (!/^(?:where|andWhere|orWhere|whereIn|andWhereIn|orWhereIn|whereExists|orWhereExists)$/.test(one.name)) continue;
    const condition = conditionOf(machine, one);
    if (condition === null) continue;
    // `a AND b OR c`: what follows an OR is one way, and all before it another.
    of =
      one.name.startsWith("or") && of.length > 0
        ? [{ kind: "any", of: [{ kind: "all", of }, condition] }]
        : [...of, condition];
  }
  return of;
}

function conditionOf(machine: Machine, { name, args }: NamedCall): Condition | null {
  const [column, second, third] = args;
  const closure = args.findLast((arg): arg is Closure => arg.k === "closure");
  if (closure !== undefined) return { kind: "all", of: inside(machine, closure) };
  if (column === undefined) return null;
  if (column.k === "struct") return fromObject(column);
  if (third !== undefined)
    return {
      kind: "compare",
      field: columnName(column),
      op: second?.k === "literal" && second.value === "=" ? "equal" : "other",
      value: third,
    };
  if (second !== undefined)
    return { kind: "compare", field: columnName(column), op: name.endsWith("In") ? "in" : "equal", value: second };
  return { kind: "unknown", value: column };
}

/** `function () { this.select("*").from("boards").where(…) }`, `(builder) => builder.where(…)`: the longest chain made in it. */
function inside(machine: Machine, closure: Closure): Condition[] {
  const before = machine.state;
  const mark = machine.operations.length;
  const place = { file: closure.file, node: closure.node };
  const answered = machine.invoke({ ...closure, self: BUILDER }, [BUILDER], place);
  const made = [answered, ...machine.operations.splice(mark).map((one) => (one.kind === "call" ? one.result : null))];
  machine.state = before;
  let longest: readonly NamedCall[] = [];
  for (const one of made) {
    if (one?.k !== "chain" || one.root !== BUILDER) continue;
    const calls = callsOf(one);
    if (calls.length > longest.length) longest = calls;
  }
  return knexConditions(machine, longest);
}
