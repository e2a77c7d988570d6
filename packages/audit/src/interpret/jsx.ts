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
      const component = componentOf(machine, node.openingElement.name, scope);
      if (component !== null)
        machine.record({ kind: "prop", name, value, ...component, place: { file: scope.file, node: attribute } });
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

/** A component of another file that is not known to stay on the server. */
function componentOf(
  machine: Machine,
  node: Node,
  scope: Scope,
): { readonly component: string; readonly client: boolean } | null {
  if (node.type !== "JSXIdentifier" || !/^[A-Z]/.test(node.name)) return null;
  const module = machine.project.file(scope.file)?.module;
  if (module === undefined || module.directives.has("use client")) return null;
  const binding = module.bindings.get(node.name);
  if (binding?.kind !== "import") return null;
  const found = machine.project.resolve(scope.file, binding.specifier);
  const file = found.kind === "file" ? machine.project.file(found.path) : null;
  if (file === null) return { component: node.name, client: false };
  return file.text.includes("use client") && file.module.directives.has("use client")
    ? { component: node.name, client: true }
    : null;
}

function held(machine: Machine, node: Node, scope: Scope): Value {
  if (node.type === "JSXExpressionContainer" || node.type === "JSXSpreadChild") {
    return node.expression.type === "JSXEmptyExpression" ? opaque("empty") : machine.evaluate(node.expression, scope);
  }
  return machine.evaluate(node, scope);
}
