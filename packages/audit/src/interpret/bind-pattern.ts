import type { Node } from "oxc-parser";
import { opaque, UNDEFINED, type Value } from "../values/value.ts";
import type { Machine } from "./machine.ts";
import { memberOf, propertyName } from "./member.ts";
import { noteUntested } from "./note-untested.ts";
import type { Scope } from "./scope.ts";
import { Facts } from "../values/facts.ts";
import { choose } from "./state.ts";

/** Declares every name a pattern binds. */
export function bindPattern(machine: Machine, pattern: Node, value: Value, scope: Scope): void {
  switch (pattern.type) {
    case "Identifier":
      scope.declare(
        pattern.name,
        value.k === "closure" && value.name === "" ? { ...value, name: pattern.name } : value,
      );
      return;
    case "TSParameterProperty":
      bindPattern(machine, pattern.parameter, value, scope);
      return;
    case "AssignmentPattern": {
      const missing = value.k === "literal" && value.value === undefined;
      if (missing) bindPattern(machine, pattern.left, machine.evaluate(pattern.right, scope), scope);
      else if (
        value.k === "choice" &&
        value.alternatives.some((one) => one.value.k === "literal" && one.value.value === undefined)
      ) {
        const fallback = machine.evaluate(pattern.right, scope);
        bindPattern(
          machine,
          pattern.left,
          choose([...value.alternatives, { value: fallback, facts: Facts.none }]),
          scope,
        );
      } else bindPattern(machine, pattern.left, value, scope);
      return;
    }
    case "ObjectPattern": {
      if (value.k === "choice") noteUntested(machine, value, { file: scope.file, node: pattern });
      const taken: string[] = [];
      for (const property of pattern.properties) {
        if (property.type === "RestElement") {
          bindPattern(machine, property.argument, without(value, taken), scope);
          continue;
        }
        const name = propertyName(machine, property, scope);
        taken.push(name);
        bindPattern(
          machine,
          property.value,
          memberOf(machine, value, name, { file: scope.file, node: property }, true),
          scope,
        );
      }
      return;
    }
    case "ArrayPattern":
      pattern.elements.forEach((element, at) => {
        if (element === null) return;
        if (element.type === "RestElement") bindPattern(machine, element.argument, value, scope);
        else
          bindPattern(
            machine,
            element,
            memberOf(machine, value, String(at), { file: scope.file, node: element }, true),
            scope,
          );
      });
      return;
    case "RestElement":
      bindPattern(machine, pattern.argument, value, scope);
      return;
    default:
  }
}

function without(value: Value, taken: readonly string[]): Value {
  if (value.k === "struct") {
    return { ...value, props: new Map([...value.props].filter(([name]) => !taken.includes(name))) };
  }
  if (value.k === "choice")
    return choose(value.alternatives.map((one) => ({ ...one, value: without(one.value, taken) })));
  // `const { password, ...rest } = user`: the rest is the row but for what was taken.
  if (value.k === "rows" && taken.length > 0)
    return { k: "struct", props: new Map(taken.map((name) => [name, UNDEFINED])), spreads: [value], node: null };
  return value.k === "literal" ? opaque("rest") : value;
}
