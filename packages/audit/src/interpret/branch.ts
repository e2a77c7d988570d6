import type { Node } from "oxc-parser";
import type { Value } from "../values/value.ts";
import type { Machine } from "./machine.ts";
import { conditionOf } from "./named-condition.ts";
import { narrow } from "./narrow.ts";
import type { Scope } from "./scope.ts";
import { keyOf } from "../values/key.ts";
import { joinEither } from "./either.ts";
import { type State, withFacts } from "./state.ts";
import { suppose } from "./suppose.ts";

export interface Branches {
  readonly yes: State | null;
  readonly no: State | null;
}

/**
 * Evaluates a condition once and returns the two paths that leave it. The machine's own state is then to be set by the
 * caller. `tell` is handed the value that decided.
 */
export function branch(machine: Machine, node: Node, scope: Scope, tell?: (value: Value) => void): Branches {
  switch (node.type) {
    case "ParenthesizedExpression":
    case "TSAsExpression":
    case "TSNonNullExpression":
    case "TSSatisfiesExpression":
    case "ChainExpression":
      if (node.type !== "ChainExpression") return branch(machine, node.expression, scope, tell);
      break;
    case "Identifier": {
      const named = conditionOf(machine, node.name, scope);
      if (named !== null) return branch(machine, named.node, named.scope, tell);
      break;
    }
    case "UnaryExpression":
      if (node.operator === "!") {
        const { yes, no } = branch(machine, node.argument, scope, (value) =>
          tell?.(
            value.k === "literal"
              ? { k: "literal", value: !value.value }
              : { k: "derived", op: "!", args: [value], place: { file: scope.file, node } },
          ),
        );
        return { yes: no, no: yes };
      }
      break;
    case "LogicalExpression": {
      if (node.operator === "??") break;
      let decided: Value | null = null;
      const left = branch(machine, node.left, scope, (value) => {
        decided = value;
        tell?.(value);
      });
      if (node.operator === "&&") {
        machine.state = left.yes;
        const right = left.yes === null ? { yes: null, no: null } : branch(machine, node.right, scope, tell);
        // `if (row && row.owner !== me) return`: from here on, if there is a row it is mine.
        const no = joinEither(left.no, right.no);
        if (no !== null && left.no !== null && right.no !== null && decided !== null) {
          const implies = right.no.facts.beyond(no.facts);
          if (implies.size > 0)
            return {
              yes: right.yes,
              no: withFacts(no, no.facts.with(`if:${keyOf(decided)}`, { sure: true, place: null, why: "", implies })),
            };
        }
        return { yes: right.yes, no };
      }
      machine.state = left.no;
      const right = left.no === null ? { yes: null, no: null } : branch(machine, node.right, scope, tell);
      return { yes: joinEither(left.yes, right.yes), no: right.no };
    }
    default:
  }
  const value = machine.evaluate(node, scope);
  tell?.(value);
  const before = machine.state;
  if (before === null) return { yes: null, no: null };
  const yes = narrow(node, scope, true, suppose(value, true, before));
  const no = narrow(node, scope, false, suppose(value, false, before));
  return { yes, no };
}
