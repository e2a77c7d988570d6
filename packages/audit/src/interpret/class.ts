import type { MethodDefinition, Node, ParamPattern, PropertyDefinition } from "oxc-parser";
import { calledName } from "../syntax/called-name.ts";
import { opaque, type ClassValue, type Place, type Value } from "../values/value.ts";
import { closureOf } from "./closure.ts";
import type { Machine } from "./machine.ts";
import { aside, moduleValue } from "./module-value.ts";
import { Scope } from "./scope.ts";

type Instance = Extract<Value, { k: "instance" }>;

/** An object of a class whose code is seen. Parameters of the constructor that are properties are kept under their names. */
export function construct(machine: Machine, of: ClassValue, args: readonly Value[]): Instance {
  const fields = new Map<string, Value>();
  const made: Instance = { k: "instance", of, fields };
  runConstructor(machine, of, args, made, 0);
  return made;
}

/** What a constructor puts into the object: its own parameters, what it makes of them, and what it hands to its parent's. */
function runConstructor(machine: Machine, of: ClassValue, args: readonly Value[], made: Instance, depth: number): void {
  if (depth > 5) return;
  const { fields } = made as { readonly fields: Map<string, Value> };
  const found = constructorOf(of.node);
  const parent = of.node.superClass === null ? null : parentOf(machine, of);
  if (found === null) {
    if (parent !== null) runConstructor(machine, parent, args, made, depth + 1);
    return;
  }
  const scope = new Scope(of.file, of.scope as Scope, made);
  found.parameters.forEach((parameter, at) => {
    const pattern = parameter.type === "TSParameterProperty" ? parameter.parameter : parameter;
    if (pattern.type !== "Identifier") {
      if (args[at] !== undefined) machine.bindPattern(pattern, args[at], scope);
      return;
    }
    const value = args[at] ?? injectedRequest(parameter) ?? injected(machine, pattern, of) ?? opaque(pattern.name);
    scope.declare(pattern.name, value);
    if (parameter.type === "TSParameterProperty") fields.set(pattern.name, value);
    else for (const field of assignedFrom(found.body, pattern.name)) fields.set(field, value);
  });
  for (const statement of found.body) {
    if (statement.type !== "ExpressionStatement") continue;
    const { expression } = statement;
    if (expression.type === "CallExpression" && expression.callee.type === "Super" && parent !== null) {
      const given = expression.arguments.map((arg) =>
        arg.type === "SpreadElement" ? opaque("spread") : aside(machine, () => machine.evaluate(arg, scope)),
      );
      runConstructor(machine, parent, given, made, depth + 1);
    } else if (args.length > 0 && expression.type === "AssignmentExpression") {
      const field = ownField(expression.left);
      if (field !== null && !fields.has(field))
        fields.set(
          field,
          aside(machine, () => machine.evaluate(expression.right, scope)),
        );
    }
  }
}

/** `this.name`, as it stands to the left of an assignment. */
function ownField(node: Node): string | null {
  return node.type === "MemberExpression" &&
    node.object.type === "ThisExpression" &&
    (node.property.type === "Identifier" || node.property.type === "PrivateIdentifier")
    ? node.property.name
    : null;
}

/** `@Inject(REQUEST) request`: made anew for each request, and handed it. */
function injectedRequest({ decorators = [] }: ParamPattern): Value | null {
  for (const { expression } of decorators) {
    if (expression.type !== "CallExpression" || calledName(expression) !== "Inject") continue;
    const [token] = expression.arguments;
    const said = token?.type === "Identifier" ? token.name : token?.type === "Literal" ? token.value : null;
    if (typeof said === "string" && /^(?:request|context)$/i.test(said))
      return { k: "request", path: "", authenticated: false };
  }
  return null;
}

/** Dependency injection: the type of a parameter names the class it will be an object of. */
function injected(machine: Machine, pattern: Extract<Node, { type: "Identifier" }>, of: ClassValue): Value | null {
  const annotation = "typeAnnotation" in pattern ? pattern.typeAnnotation : null;
  const type = annotation?.typeAnnotation;
  if (type?.type !== "TSTypeReference" || type.typeName.type !== "Identifier") return null;
  const found = moduleValue(machine, of.file, type.typeName.name);
  if (found?.k === "class") return machine.active.includes(found.node) ? null : lazily(machine, found);
  return found === null
    ? opaque(type.typeName.name)
    : found.k === "foreign"
      ? { ...found, name: nameOfType(type, found.name) }
      : null;
}

/** `Repository<Listing>` is the repository of listings. */
function nameOfType(type: Extract<Node, { type: "TSTypeReference" }>, name: string): string {
  const [of] = type.typeArguments?.params ?? [];
  return /^(?:Repository|TreeRepository|EntityRepository|Model)$/.test(name) &&
    of?.type === "TSTypeReference" &&
    of.typeName.type === "Identifier"
    ? `${of.typeName.name}${name === "Model" ? "Model" : "Repository"}`
    : name;
}

function lazily(machine: Machine, of: ClassValue): Value {
  machine.active.push(of.node);
  try {
    return construct(machine, of, []);
  } finally {
    machine.active.pop();
  }
}

function constructorOf(
  node: ClassValue["node"],
): { readonly parameters: readonly ParamPattern[]; readonly body: readonly Node[] } | null {
  for (const member of node.body.body) {
    if (member.type === "MethodDefinition" && member.kind === "constructor" && member.value.body !== null) {
      return { parameters: member.value.params, body: member.value.body.body };
    }
  }
  return null;
}

/** `this.a = name` in a constructor. */
function assignedFrom(body: readonly Node[], name: string): string[] {
  const fields: string[] = [];
  for (const statement of body) {
    if (statement.type !== "ExpressionStatement" || statement.expression.type !== "AssignmentExpression") continue;
    const { left, right } = statement.expression;
    if (right.type !== "Identifier" || right.name !== name) continue;
    const field = ownField(left);
    if (field !== null) fields.push(field);
  }
  return fields;
}

/** `this.name`: a field that was set, one that is declared, or a method. Where it is read (`place`), a getter is run. */
export function fieldOf(machine: Machine, instance: Instance, name: string, place: Place | null = null): Value {
  const known = machine.fields.get(instance)?.get(name) ?? instance.fields.get(name);
  if (known !== undefined) return known;
  for (let at: ClassValue | null = instance.of; at !== null; at = parentOf(machine, at)) {
    const method = memberIn(at.node, name, false);
    if (method?.type === "PropertyDefinition") {
      const value =
        method.value === null
          ? (injectedField(machine, method, at) ?? opaque(name))
          : machine.evaluate(method.value, selfScope(at, instance));
      setField(machine, instance, name, value);
      return value;
    }
    const { file } = at;
    if (method?.value?.type === "FunctionExpression" && method.value.body !== null) {
      const found: Value = { ...closureOf(method.value, at.scope as Scope, name), file, self: instance };
      // `get tenantId() {…}`: what it answers stands under the name.
      return method.type === "MethodDefinition" && method.kind === "get" && place !== null
        ? machine.invoke(found, [], place)
        : found;
    }
  }
  return { k: "chain", root: opaque(name), steps: [], place: { file: instance.of.file, node: instance.of.node } };
}

/** What is put into an object while one entry point is followed is not there for the next. */
export function setField(machine: Machine, instance: Instance, name: string, value: Value): void {
  if (machine.atTop) instance.fields.set(name, value);
  else machine.fields.set(instance, (machine.fields.get(instance) ?? new Map<string, Value>()).set(name, value));
}

function injectedField(machine: Machine, member: PropertyDefinition, at: ClassValue): Value | null {
  const type = member.typeAnnotation?.typeAnnotation;
  if (type?.type !== "TSTypeReference" || type.typeName.type !== "Identifier") return null;
  const found = moduleValue(machine, at.file, type.typeName.name);
  return found?.k === "class" && !machine.active.includes(found.node) ? lazily(machine, found) : null;
}

function selfScope(at: ClassValue, self: Value): Scope {
  const outer = at.scope as Scope;
  return outer.within(self);
}

function parentOf(machine: Machine, of: ClassValue): ClassValue | null {
  const { superClass } = of.node;
  if (superClass?.type !== "Identifier") return null;
  const found = moduleValue(machine, of.file, superClass.name);
  return found?.k === "class" && found.node !== of.node ? found : null;
}

function memberIn(
  node: ClassValue["node"],
  name: string,
  isStatic: boolean,
): MethodDefinition | PropertyDefinition | null {
  for (const member of node.body.body) {
    if (member.type === "MethodDefinition" && member.kind === "set") continue;
    if ((member.type === "MethodDefinition" || member.type === "PropertyDefinition") && member.static === isStatic) {
      const { key } = member;
      if ((key.type === "Identifier" || key.type === "PrivateIdentifier") && key.name === name) return member;
    }
  }
  return null;
}

/** A static member. */
export function bindMethod(machine: Machine, of: ClassValue, name: string, isStatic: boolean): Value | null {
  for (let at: ClassValue | null = of; at !== null; at = parentOf(machine, at)) {
    const found = memberIn(at.node, name, isStatic);
    if (found?.type === "PropertyDefinition" && found.value !== null)
      return machine.evaluate(found.value, selfScope(at, of));
    if (found?.type === "MethodDefinition" && found.value.type === "FunctionExpression") {
      return { ...closureOf(found.value, at.scope as Scope, name), file: at.file, self: of };
    }
  }
  return null;
}
