import type { Node } from "oxc-parser";

export type ObjectNode = Extract<Node, { type: "ObjectExpression" }>;

/** `path: …` and `"path": …`: what a property is called; "" where that is worked out. */
export function keyName(key: Node): string {
  if (key.type === "Identifier") return key.name;
  return key.type === "Literal" && typeof key.value === "string" ? key.value : "";
}

/** What stands under a name in an object as it is written; spreads are not looked into. */
export function propertyOf(object: ObjectNode | null, name: string): Node | undefined {
  for (const one of object?.properties ?? [])
    if (one.type === "Property" && !one.computed && keyName(one.key) === name) return one.value;
  return undefined;
}

/** A text that is written out, also `"…" as const`; null for anything else. */
export function textOf(node: Node | null | undefined): string | null {
  if (node?.type === "TSAsExpression") return textOf(node.expression);
  return node?.type === "Literal" && typeof node.value === "string" ? node.value : null;
}
