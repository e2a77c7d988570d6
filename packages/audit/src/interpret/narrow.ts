import type { Node } from "oxc-parser";
import type { Value } from "../values/value.ts";
import { plainMember } from "./plain-member.ts";
import type { Scope } from "./scope.ts";
import { assign, choose, read, type State, withFacts } from "./state.ts";
import { suppose } from "./suppose.ts";
import { typeOf } from "./type-of.ts";

/** After a test of a name, the alternatives that failed it are gone from the name too. */
export function narrow(node: Node, scope: Scope, truth: boolean, state: State | null): State | null {
  if (state === null) return null;
  const subject = subjectOf(node);
  if (subject === null) return state;
  const slot = scope.find(subject.name);
  if (slot === undefined) return state;
  const value = read(state, slot);
  if (value.k !== "choice") return state;
  const left = value.alternatives.filter((one) => {
    const tested = subject.test(one.value);
    return tested === null || suppose(tested, truth, withFacts(state, state.facts.and(one.facts))) !== null;
  });
  if (left.length === value.alternatives.length || left.length === 0) return state;
  return assign(state, slot, choose(left));
}

interface Subject {
  readonly name: string;
  test(value: Value): Value | null;
}

/** Which name a condition is about, and what of it is tested. */
function subjectOf(node: Node): Subject | null {
  switch (node.type) {
    case "Identifier":
      return { name: node.name, test: (value) => value };
    case "ChainExpression":
      return subjectOf(node.expression);
    case "MemberExpression": {
      const inner = subjectOf(node.object);
      if (inner === null || node.computed || node.property.type !== "Identifier") return null;
      const { name } = node.property;
      return {
        name: inner.name,
        test: (value) => {
          const object = inner.test(value);
          return object === null ? null : plainMember(object, name);
        },
      };
    }
    case "CallExpression": {
      // `Exit.isFailure(exit)`: afterwards it is the other.
      const [only] = node.arguments;
      const { callee } = node;
      const asked =
        callee.type === "MemberExpression" && callee.property.type === "Identifier" ? callee.property.name : "";
      if (only?.type !== "Identifier" || (asked !== "isFailure" && asked !== "isSuccess")) return null;
      return {
        name: only.name,
        test: (value) => {
          const tag = value.k === "struct" ? value.props.get("_tag") : undefined;
          return tag?.k === "literal" ? { k: "literal", value: `is${String(tag.value)}` === asked } : null;
        },
      };
    }
    case "BinaryExpression": {
      if (node.operator === "in" && node.left.type === "Literal" && node.right.type === "Identifier") {
        const { value: name } = node.left;
        return {
          name: node.right.name,
          test: (value) =>
            value.k === "struct" && value.spreads.length === 0
              ? { k: "literal", value: value.props.has(String(name)) }
              : null,
        };
      }
      if (node.operator === "instanceof" && node.left.type === "Identifier" && node.right.type === "Identifier") {
        if (!node.right.name.endsWith("Response")) return null;
        return {
          name: node.left.name,
          test: (value) =>
            value.k === "response"
              ? { k: "literal", value: true }
              : value.k === "opaque" || value.k === "chain"
                ? null
                : { k: "literal", value: false },
        };
      }
      if (!["===", "!==", "==", "!="].includes(node.operator) || node.right.type !== "Literal") return null;
      if (node.left.type === "UnaryExpression" && node.left.operator === "typeof") {
        const typed = subjectOf(node.left.argument);
        const wanted = String(node.right.value);
        const same = node.operator.startsWith("=");
        if (typed === null) return null;
        return {
          name: typed.name,
          test: (value) => {
            const tested = typed.test(value);
            const known = tested === null ? null : typeOf(tested);
            return known === null ? null : { k: "literal", value: (known === wanted) === same };
          },
        };
      }
      const inner = node.left.type === "PrivateIdentifier" ? null : subjectOf(node.left);
      if (inner === null) return null;
      const wanted = node.right.value;
      const { operator } = node;
      return {
        name: inner.name,
        test: (value) => {
          const tested = inner.test(value);
          if (tested?.k !== "literal") return null;
          const same =
            wanted === null
              ? tested.value === null || (operator.length === 2 && tested.value === undefined)
              : tested.value === wanted;
          return { k: "literal", value: operator.startsWith("=") ? same : !same };
        },
      };
    }
    default:
      return null;
  }
}
