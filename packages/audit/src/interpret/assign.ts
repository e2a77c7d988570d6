import type { Expression, Node } from "oxc-parser";
import { keyOf } from "../values/key.ts";
import { type Alternative, LEFT_OUT, opaque, UNDEFINED, type Value } from "../values/value.ts";
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
    machine.state = assign(machine.state, slot, bounded(machine, grown(object, name, value, named !== null)));
  } else if (object.k === "choice" && object.alternatives.some((one) => one.value.k === "struct")) {
    // `if (a) where.a = a; if (b) where.b = b; where.tenantId = mine`
    const each = together(object.alternatives).map((one) =>
      one.value.k === "struct" ? { ...one, value: grown(one.value, name, value, named !== null) } : one,
    );
    machine.state = assign(machine.state, slot, bounded(machine, choose(each)));
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

/** Of so many ways one object may have been filled in, which went with which is no longer told apart. */
const MOST_WAYS = 4;

function together(ways: readonly Alternative[]): readonly Alternative[] {
  const structs = ways.flatMap(({ value, facts }) => (value.k === "struct" ? [{ value, facts }] : []));
  const [first] = structs;
  if (first === undefined || structs.length <= MOST_WAYS) return ways;
  const names = new Set(structs.flatMap(({ value }) => [...value.props.keys()]));
  const props = new Map(
    [...names].map((name) => [
      name,
      choose(structs.map(({ value, facts }) => ({ value: putThere(value, name), facts }))),
    ]),
  );
  const spreads = [...new Map(structs.flatMap(({ value }) => value.spreads.map((one) => [keyOf(one), one]))).values()];
  const facts = structs.map((one) => one.facts).reduce((all, one) => all.or(one));
  return [{ value: { ...first.value, props, spreads }, facts }, ...ways.filter(({ value }) => value.k !== "struct")];
}

/** What a field holds on the way on which the object was filled in so. */
function putThere(object: Struct, name: string): Value {
  return object.props.get(name) ?? (object.spreads.length === 0 ? LEFT_OUT : opaque(name));
}

type Struct = Extract<Value, { k: "struct" }>;

function grown(object: Struct, name: string, value: Value, isNamed: boolean): Struct {
  const props = new Map(object.props);
  if (name !== "*") return { ...object, props: props.set(name, value) };
  return !isNamed && value.k === "client"
    ? { ...object, props: props.set(`*${props.size}`, value) }
    : { ...object, spreads: [...object.spreads, value] };
}
