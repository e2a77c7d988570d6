import type { Machine } from "../../interpret/machine.ts";
import type { Condition } from "../../values/query.ts";
import type { Chain, Value } from "../../values/value.ts";
import { callsOf, columnName, type NamedCall } from "./chain.ts";

/** What an expression callback is given: `(eb) => …`, `({ eb, exists }) => …`, `(join) => …`. */
const BUILDER: Value = { k: "foreign", from: "kysely", name: "eb", origin: "package" };

/** The conditions among the calls of a statement or sub-select, each `where` and `on` with what it compares. */
export function conditionsOf(machine: Machine, calls: readonly NamedCall[]): Condition[] {
  const of: Condition[] = [];
  for (const one of calls) {
    if (/^(?:where|on|having)$/.test(one.name)) of.push(fromArguments(machine, one.args));
    else if (one.name.endsWith("Join") || one.name === "$if" || one.name === "$call") {
      const closure = one.args.findLast((arg) => arg.k === "closure");
      // What holds for rows that are joined from the left holds for none of those that are not.
      if (closure !== undefined && !/^(?:left|full)/.test(one.name)) of.push(fromExpression(machine, closure));
    }
  }
  return of;
}

/** `where("org_id", "=", id)`, `where((eb) => …)`, `where(eb.exists(…))`. */
function fromArguments(machine: Machine, args: readonly Value[]): Condition {
  const [column, op, value] = args;
  if (column === undefined) return { kind: "all", of: [] };
  if (value === undefined) return fromExpression(machine, column);
  const name = op?.k === "literal" ? op.value : null;
  // `where("team_id", "in", db.selectFrom("members").where(…))`: as confined as what it selects from.
  if (name === "in" && value.k === "chain" && isSelect(value)) return all(conditionsOf(machine, callsOf(value)));
  if (name === "in" && value.k === "closure") return fromExpression(machine, value);
  return {
    kind: "compare",
    field: columnName(column),
    op: name === "=" || name === "==" ? "equal" : name === "in" ? "in" : "other",
    value,
  };
}

function fromExpression(machine: Machine, value: Value, depth = 0): Condition {
  if (depth > 6) return { kind: "unknown", value };
  if (value.k === "closure")
    return fromExpression(machine, machine.invoke(value, [BUILDER], placeOf(value)), depth + 1);
  if (value.k === "list") return all(value.items.map((item) => fromExpression(machine, item, depth + 1)));
  if (value.k === "struct")
    return all([...value.props].map(([field, held]) => ({ kind: "compare", field, op: "equal", value: held })));
  if (value.k === "literal") return all([]);
  if (value.k !== "chain") return { kind: "unknown", value };
  const calls = callsOf(value);
  if (isSelect(value) || calls.some(({ name }) => name === "on")) return all(conditionsOf(machine, calls));
  const last = calls.at(-1);
  if (last === undefined) return { kind: "unknown", value };
  const inner = (): Condition[] =>
    last.args
      .flatMap((arg) => (arg.k === "list" ? arg.items : [arg]))
      .map((arg) => fromExpression(machine, arg, depth + 1));
  switch (last.name) {
    case "and":
    case "exists":
    case "parens":
      return last.args.length === 3
        ? all([...before(machine, value, depth), fromArguments(machine, last.args)])
        : all(inner());
    case "or":
      return { kind: "any", of: inner() };
    case "not":
    case "notExists":
      return all([]);
    case "":
    case "eb":
    case "cmpr":
      return last.args.length === 3 ? fromArguments(machine, last.args) : { kind: "unknown", value };
    default:
      return { kind: "unknown", value };
  }
}

/** What stood before `.and("column", "=", value)`. */
function before(machine: Machine, { root, steps, place }: Chain, depth: number): Condition[] {
  const cut = steps.findLastIndex((step) => step.kind === "member");
  return cut <= 0 ? [] : [fromExpression(machine, { k: "chain", root, steps: steps.slice(0, cut), place }, depth + 1)];
}

function isSelect(value: Chain): boolean {
  return callsOf(value).some(({ name }) => name === "selectFrom");
}

function placeOf(value: Extract<Value, { k: "closure" }>) {
  return { file: value.file, node: value.node };
}

function all(of: readonly Condition[]): Condition {
  const [only] = of;
  return of.length === 1 && only !== undefined ? only : { kind: "all", of };
}
