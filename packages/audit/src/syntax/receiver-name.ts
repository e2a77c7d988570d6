import type { Node } from "oxc-parser";

/** `log` of `log.warn(…)` and of `this.log.warn(…)`, by what is called; "" where it is no more than a name. */
export function receiverName(callee: Node): string {
  if (callee.type !== "MemberExpression") return "";
  const { object } = callee;
  if (object.type === "Identifier") return object.name;
  return object.type === "MemberExpression" && object.property.type === "Identifier" ? object.property.name : "";
}
