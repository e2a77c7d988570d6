import type { Node } from "oxc-parser";
import { walk } from "../syntax/walk.ts";
import type { Machine } from "./machine.ts";
import type { Asked, Scope } from "./scope.ts";
import { read } from "./state.ts";

/** What only looks: it may be evaluated again where the name is tested. */
const LOOKS = /^(?:startsWith|endsWith|includes|test|has|some|every|isFailure|isSuccess|isArray|isAuthenticated)$/;

/**
 * `const isInside = target.startsWith(root)`: whoever tests the name later asks what it stands for, as TypeScript has it of
 * aliased conditions (4.4).
 */
export function nameCondition(machine: Machine, name: string, node: Node, scope: Scope): void {
  const slot = isCondition(node) ? scope.own(name) : undefined;
  if (slot === undefined) return;
  const of = [...walk(node)].flatMap((one) => (one.type === "Identifier" ? (scope.find(one.name) ?? []) : []));
  slot.asks = { node, scope, of: of.map((each) => ({ slot: each, value: read(machine.state, each) })) };
}

/** What a name stands for, as long as all that it was asked of is what it was then. */
export function conditionOf(machine: Machine, name: string, scope: Scope): Asked | null {
  const asked = scope.find(name)?.asks;
  return asked?.of.every(({ slot, value }) => read(machine.state, slot) === value) === true ? asked : null;
}

/** The condition that is tested by a name, or by its opposite; else the test itself. */
export function askedBy(machine: Machine, test: Node, scope: Scope): Node {
  let node = test;
  while (node.type === "UnaryExpression" && node.operator === "!") node = node.argument;
  return (node.type === "Identifier" ? conditionOf(machine, node.name, scope)?.node : undefined) ?? test;
}

function isCondition(node: Node): boolean {
  switch (node.type) {
    case "UnaryExpression":
      return node.operator === "!" && isOperand(node.argument);
    case "BinaryExpression":
      return /^(?:[=!]==?|[<>]=?|in|instanceof)$/.test(node.operator) && isOperand(node.left) && isOperand(node.right);
    case "LogicalExpression":
      // `a || b` of two values is one of them.
      return node.operator !== "??" && isOperand(node.left) && isCondition(node.right);
    case "CallExpression":
      return looks(node);
    case "TSAsExpression":
    case "ParenthesizedExpression":
      return isCondition(node.expression);
    default:
      return false;
  }
}

function looks(node: Extract<Node, { type: "CallExpression" }>): boolean {
  const { callee } = node;
  return (
    callee.type === "MemberExpression" &&
    callee.property.type === "Identifier" &&
    LOOKS.test(callee.property.name) &&
    isOperand(callee.object) &&
    node.arguments.every(isOperand)
  );
}

function isOperand(node: Node): boolean {
  switch (node.type) {
    case "Literal":
    case "Identifier":
      return true;
    case "MemberExpression":
      return isOperand(node.object) && (!node.computed || isOperand(node.property));
    case "ChainExpression":
    case "TSNonNullExpression":
      return isOperand(node.expression);
    case "UnaryExpression":
      return node.operator !== "delete" && isOperand(node.argument);
    case "TemplateLiteral":
      return node.expressions.every(isOperand);
    case "BinaryExpression":
    case "LogicalExpression":
      return isOperand(node.left) && isOperand(node.right);
    case "CallExpression":
      return looks(node);
    default:
      return false;
  }
}
