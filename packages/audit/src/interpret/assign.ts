import type { Expression, Node } from "oxc-parser";
import { opaque, UNDEFINED, type Value } from "../values/value.ts";
import { clientOf } from "../values/trust.ts";
import { isCallerName } from "../knowledge/names.ts";
import { bounded } from "./bounded.ts";
import { branch } from "./branch.ts";
import { answerByAssignment } from "./answer-by-assignment.ts";
import { setField } from "./class.ts";
import type { Machine } from "./machine.ts";
import { memberOf, propertyName } from "./member.ts";
import type { Scope } from "./scope.ts";
import { alternative, assign, choose, join } from "./state.ts";
import { moduleScope } from "./module-value.ts";

/** `a = b`, `a.b = c`, `a += b`, `[a, b] = c`. */
export function assignTo(
  machine: Machine,
  node: Extract<Expression, { type: "AssignmentExpression" }>,
  scope: Scope,
): Value {
  if (node.operator === "&&=" || node.operator === "||=" || node.operator === "??=") {
    const { yes, no } = branch(machine, node.left, scope);
    const [go, stay] = node.operator === "&&=" ? [yes, no] : [no, yes];
    machine.state = go;
    const before = machine.evaluate(node.left, scope);
    const right = machine.evaluate(node.right, scope);
    const after = machine.state;
    machine.state = join(stay, after);
    const value = choose([
      alternative(before, stay?.facts ?? machine.facts, machine.facts),
      alternative(right, after?.facts ?? machine.facts, machine.facts),
    ]);
    store(machine, node.left, value, scope);
    return value;
  }
  let value = machine.evaluate(node.right, scope);
  if (node.operator !== "=") {
    const before = machine.evaluate(node.left, scope);
    const place = { file: scope.file, node };
    value = bounded(machine, { k: "derived", op: node.operator.slice(0, -1), args: [before, value], place });
  }
  store(machine, node.left, value, scope);
  answerByAssignment(machine, node, value, scope);
  return value;
}

function store(machine: Machine, target: Node, value: Value, scope: Scope): void {
  switch (target.type) {
    case "Identifier": {
      const slot = scope.find(target.name) ?? moduleScope(machine, scope.file).own(target.name);
      if (slot !== undefined && machine.state !== null) machine.state = assign(machine.state, slot, value);
      return;
    }
    case "MemberExpression":
      storeMember(machine, target, value, scope);
      return;
    case "TSAsExpression":
    case "TSNonNullExpression":
    case "ParenthesizedExpression":
      store(machine, target.expression, value, scope);
      return;
    case "ObjectPattern":
      for (const property of target.properties) {
        if (property.type === "RestElement") store(machine, property.argument, value, scope);
        else {
          const name = propertyName(machine, property, scope);
          store(
            machine,
            property.value,
            memberOf(machine, value, name, { file: scope.file, node: property }, true),
            scope,
          );
        }
      }
      return;
    case "ArrayPattern":
      target.elements.forEach((element, at) => {
        if (element !== null)
          store(
            machine,
            element,
            memberOf(machine, value, String(at), { file: scope.file, node: element }, true),
            scope,
          );
      });
      return;
    case "AssignmentPattern":
      store(machine, target.left, value, scope);
      return;
    case "RestElement":
      store(machine, target.argument, value, scope);
      return;
    default:
  }
}

/** `delete user.password` */
export function removeMember(machine: Machine, target: Node, scope: Scope): void {
  if (target.type === "MemberExpression") storeMember(machine, target, UNDEFINED, scope);
  else if (target.type === "ChainExpression") removeMember(machine, target.expression, scope);
}

/** A known object held by a name gets the member; of anything else nothing is kept. `req.user = x` is kept by name. */
function storeMember(
  machine: Machine,
  target: Extract<Node, { type: "MemberExpression" }>,
  value: Value,
  scope: Scope,
): void {
  const name = propertyName(machine, target, scope);
  const object = machine.evaluate(target.object, scope);
  if (name === "innerHTML" || name === "outerHTML" || name === "srcdoc")
    machine.record({ kind: "html", value, place: { file: scope.file, node: target } });
  if (object.k === "instance") {
    setField(machine, object, name, value);
    return;
  }
  if (object.k === "request") {
    if (isCallerName(name))
      machine.record({ kind: "identify", name, value, place: { file: scope.file, node: target } });
    machine.attach(object.path === "" ? name : `${object.path}.${name}`, value);
    return;
  }
  // `for (const key of Object.keys(body)) row[key] = body[key]`: the client names the columns.
  const named = name === "*" ? clientOf(machine.evaluate(target.property, scope)) : null;
  if (named !== null && object.k === "rows" && value.k === "client")
    machine.record({ kind: "assign", value: { ...value, path: "" }, place: { file: scope.file, node: target } });
  if (object.k === "rows" && object.path === "")
    machine.record({ kind: "change", row: object, place: { file: scope.file, node: target } });
  if (target.object.type !== "Identifier") return;
  const slot = scope.find(target.object.name);
  if (slot === undefined || machine.state === null) return;
  if (object.k === "struct") {
    const props = new Map(object.props);
    const grown: Value =
      name === "*" && named === null && value.k === "client"
        ? { ...object, props: props.set(`*${props.size}`, value) }
        : name === "*"
          ? { ...object, spreads: [...object.spreads, value] }
          : { ...object, props: props.set(name, value) };
    machine.state = assign(machine.state, slot, bounded(machine, grown));
  } else if (object.k === "rows" && value.k === "literal" && !value.value) {
    // What was taken off a row is not sent with it.
    machine.state = assign(machine.state, slot, {
      k: "struct",
      props: new Map([[name, value]]),
      spreads: [object],
      node: null,
    });
  } else if (object.k === "opaque" || object.k === "literal") {
    machine.state = assign(machine.state, slot, {
      k: "struct",
      props: new Map([[name, value]]),
      spreads: [object.k === "opaque" ? object : opaque("object")],
      node: null,
    });
  }
}
