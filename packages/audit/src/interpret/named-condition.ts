import type { Node } from "oxc-parser";
import type { Asked, Scope } from "./scope.ts";

/** What only looks: it may be evaluated again where the name is tested. */
const LOOKS = /^(?:startsWith|endsWith|includes|test|has|some|every|isFailure|isSuccess|isArray|isAuthenticated)$/;

/**
 * `const isInside = target.startsWith(root)`: whoever tests the name later asks what it stands for, as TypeScript has it of
 * aliased conditions (4.4).
 */
export function nameCondition(name: string, node: Node, scope: Scope): void {
  const slot = isCondition(node) ? scope.own(name) : undefined;
  if (slot !== undefined) slot.asks = { node, scope };
}

/** The condition that is tested by a name, or by its opposite. */
export function askedBy(node: Node, scope: Scope): Asked {
  if (node.type === "UnaryExpression" && node.operator === "!") {
    const inner = askedBy(node.argument, scope);
    return inner.node === node.argument ? { node, scope } : inner;
  }
  return (node.type === "Identifier" ? scope.find(node.name)?.asks : undefined) ?? { node, scope };
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
