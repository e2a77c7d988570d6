import type { Node } from "oxc-parser";
import { isCallerName, isRefusalName } from "../knowledge/names.ts";
import { NULL, opaque, UNDEFINED, type Value } from "../values/value.ts";
import type { Machine } from "./machine.ts";
import { memberOf, propertyName } from "./member.ts";
import { noteUntested } from "./note-untested.ts";
import { fieldOf } from "./plain-member.ts";
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
      const asked = asksWho(machine, pattern, value, scope);
      for (const property of pattern.properties) {
        if (property.type === "RestElement") {
          bindPattern(machine, property.argument, without(value, taken), scope);
          continue;
        }
        const name = propertyName(machine, property, scope);
        taken.push(name);
        if (asked !== null && (isCallerName(name) || isRefusalName(name))) {
          bindPattern(machine, property.value, isCallerName(name) ? orNull(asked) : { ...asked, path: name }, scope);
          continue;
        }
        bindPattern(
          machine,
          property.value,
          fieldOf(value, name) ?? memberOf(machine, value, name, { file: scope.file, node: property }, true),
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

/** `const { auth, error } = await parseRequest(request)`: code that is not seen was given the request and says who it is. */
function asksWho(
  machine: Machine,
  pattern: Extract<Node, { type: "ObjectPattern" }>,
  value: Value,
  scope: Scope,
): Extract<Value, { k: "principal" }> | null {
  if (value.k !== "chain") return null;
  const last = value.steps.at(-1);
  if (last?.kind !== "call" || !last.args.some((arg) => arg.k === "request")) return null;
  const names = pattern.properties.flatMap((one) =>
    one.type === "Property" ? [propertyName(machine, one, scope)] : [],
  );
  return names.some(isCallerName) ? { k: "principal", path: "", sure: false, origin: last.place } : null;
}

function orNull(value: Value): Value {
  return choose([
    { value, facts: Facts.none },
    { value: NULL, facts: Facts.none },
  ]);
}
