import type { Node } from "oxc-parser";
import { opaque, TRUE, type Value } from "../values/value.ts";
import type { Machine } from "./machine.ts";
import type { Scope } from "./scope.ts";

/** Markup: what is inside is evaluated for what it does, and raw HTML is recorded. */
export function evaluateJsx(
  machine: Machine,
  node: Extract<Node, { type: "JSXElement" | "JSXFragment" }>,
  scope: Scope,
): Value {
  const props = new Map<string, Value>();
  if (node.type === "JSXElement") {
    for (const attribute of node.openingElement.attributes) {
      if (attribute.type === "JSXSpreadAttribute") {
        machine.evaluate(attribute.argument, scope);
        continue;
      }
      const name = attribute.name.type === "JSXIdentifier" ? attribute.name.name : "";
      const value = attribute.value === null ? TRUE : held(machine, attribute.value, scope);
      props.set(name, value);
      if (name === "dangerouslySetInnerHTML") {
        const html = value.k === "struct" ? value.props.get("__html") : value;
        if (html !== undefined)
          machine.record({ kind: "html", value: html, place: { file: scope.file, node: attribute } });
      }
    }
  }
  const inside = node.children.flatMap((child) => (child.type === "JSXText" ? [] : [held(machine, child, scope)]));
  if (inside.length > 0) props.set("children", { k: "list", items: inside });
  return { k: "struct", props, spreads: [opaque("element")], node };
}

function held(machine: Machine, node: Node, scope: Scope): Value {
  if (node.type === "JSXExpressionContainer" || node.type === "JSXSpreadChild") {
    return node.expression.type === "JSXEmptyExpression" ? opaque("empty") : machine.evaluate(node.expression, scope);
  }
  return machine.evaluate(node, scope);
}
