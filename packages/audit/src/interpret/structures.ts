import type { Node } from "oxc-parser";
import { Facts } from "../values/facts.ts";
import { standing } from "../values/standing.ts";
import { type Alternative, LEFT_OUT, literal, type Value } from "../values/value.ts";
import { closureOf } from "./closure.ts";
import type { Machine } from "./machine.ts";
import { propertyName } from "./member.ts";
import type { Scope } from "./scope.ts";
import { choose } from "./state.ts";

export function evaluateObject(
  machine: Machine,
  node: Extract<Node, { type: "ObjectExpression" }>,
  scope: Scope,
): Value {
  const props = new Map<string, Value>();
  const spreads: Value[] = [];
  for (const property of node.properties) {
    if (property.type === "SpreadElement") {
      spread(machine, machine.evaluate(property.argument, scope), props, spreads);
      continue;
    }
    const { value } = property;
    const name = propertyName(machine, property, scope);
    const held = value.type === "FunctionExpression" ? closureOf(value, scope, name) : machine.evaluate(value, scope);
    if (name === "*") spreads.push(held);
    else props.set(name, held);
  }
  return { k: "struct", props, spreads, node };
}

function spread(machine: Machine, value: Value, props: Map<string, Value>, spreads: Value[]): void {
  if (value.k === "struct") {
    for (const [name, inner] of value.props) props.set(name, inner);
    spreads.push(...value.spreads);
  } else if (value.k === "choice") {
    // `...(cond && { a })`: either way what it may add is there, or what was there before.
    const ways = standing(value, machine.facts);
    for (const one of ways) {
      const earlier = new Map(props);
      spread(machine, one.value, props, spreads);
      for (const [name, later] of props) {
        const was = earlier.get(name);
        if (was === later) continue;
        const or = was === undefined ? waysWithout(ways) : [{ value: was, facts: Facts.none }];
        if (or.length > 0) props.set(name, choose([{ value: later, facts: one.facts }, ...or]));
      }
    }
  } else if (value.k !== "literal") {
    // What the client sends after it may say otherwise: `{ orgId, ...body }`.
    if (value.k === "client" && !value.checked && !(value.path !== "" && machine.facts.has("valid:client:body."))) {
      for (const [name, inner] of props) {
        props.set(name, {
          k: "choice",
          alternatives: [
            { value: inner, facts: Facts.none },
            { value: { ...value, path: value.path === "" ? name : `${value.path}.${name}` }, facts: Facts.none },
          ],
        });
      }
    }
    spreads.push(value);
  }
}

/** On these of the ways nothing is put there; where something else is, that may say as much. */
function waysWithout(ways: readonly Alternative[]): readonly Alternative[] {
  return ways.flatMap(({ value, facts }) =>
    value.k === "literal" || (value.k === "struct" && value.spreads.length === 0 && value.props.size === 0)
      ? [{ value: LEFT_OUT, facts }]
      : [],
  );
}

export function evaluateTemplate(
  machine: Machine,
  node: Extract<Node, { type: "TemplateLiteral" }>,
  scope: Scope,
): Value {
  const parts: Value[] = [];
  node.quasis.forEach((quasi, at) => {
    if (quasi.value.cooked !== null && quasi.value.cooked !== "") parts.push(literal(quasi.value.cooked));
    const inner = node.expressions[at];
    if (inner !== undefined) parts.push(machine.evaluate(inner, scope));
  });
  if (parts.every((part) => part.k === "literal")) {
    return literal(parts.map((part) => (part.k === "literal" ? String(part.value) : "")).join(""));
  }
  const value: Value = { k: "derived", op: "template", args: parts, place: { file: scope.file, node } };
  if (isStatement(parts[0]))
    machine.record({ kind: "sql", text: value, sent: false, place: { file: scope.file, node } });
  return value;
}

const STATEMENT =
  /^\s*(?:select\s[\s\S]*\sfrom\b|insert\s+into\b|update\s+[\w".]+\s+set\b|delete\s+from\b|with\s+\w+\s+as\s*\(|alter\s+table\b|create\s+(?:table|policy|role)\b|drop\s+table\b|truncate\b|set\s+(?:local|session)\b)/i;

/** Does the text begin as a statement of SQL does? */
export function isStatement(first: Value | undefined): boolean {
  return first?.k === "literal" && typeof first.value === "string" && STATEMENT.test(first.value);
}
