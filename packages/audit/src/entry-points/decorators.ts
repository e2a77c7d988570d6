import type { Decorator, Node } from "oxc-parser";

/** What makes a method of a controller or resolver answer. */
export const VERB = /^(?:Get|Post|Put|Patch|Delete|All|Query|Mutation|Subscription|MessagePattern|EventPattern)$/;

export function decorator(decorators: readonly Decorator[], wanted: RegExp): Decorator | null {
  return decorators.find((one) => wanted.test(nameOf(one))) ?? null;
}

export function nameOf(one: Decorator): string {
  return lastNameOf(one.expression.type === "CallExpression" ? one.expression.callee : one.expression);
}

/** `Get`, and `common.Get` of `import * as common from "@nestjs/common"`. */
export function lastNameOf(node: Node): string {
  if (node.type === "MemberExpression" && !node.computed && node.property.type === "Identifier")
    return node.property.name;
  return node.type === "Identifier" ? node.name : "";
}
