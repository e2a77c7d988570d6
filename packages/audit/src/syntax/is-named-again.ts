import type { Node } from "oxc-parser";
import { children } from "./walk.ts";

/** Whether the name is used once more: as a value, not as the name of a field, and for more than its member `but`. */
export function isNamedAgain(within: Node, declared: Node, name: string, but: string | null = null): boolean {
  const open: Node[] = [within];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.type === "Identifier" && node.name === name && node.start !== declared.start) return true;
    if (node.type === "MemberExpression" && node.property.type === "Identifier" && node.property.name === but) {
      if (node.object.type === "Identifier") continue;
    }
    if (node.type === "JSXIdentifier" && node.name === name) return true;
    const field =
      (node.type === "Property" || node.type === "TSPropertySignature") && !node.computed
        ? node.key
        : node.type === "MemberExpression" && !node.computed
          ? node.property
          : null;
    for (const child of children(node)) if (child !== field) open.push(child);
  }
  return false;
}
