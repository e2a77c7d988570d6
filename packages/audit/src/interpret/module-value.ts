import type { Node } from "oxc-parser";
import { boundNames } from "../link/module-table.ts";
import type { ProjectFile } from "../project.ts";
import { isFunction } from "../syntax/is-function.ts";
import { opaque, type Value } from "../values/value.ts";
import { closureOf } from "./closure.ts";
import type { Machine } from "./machine.ts";
import { Reads } from "./reads.ts";
import { Scope, type Slot } from "./scope.ts";
import { beginning } from "./standing.ts";
import { START } from "./state.ts";

/** The scope of a file's top. Its names are filled in when first asked for, so circles between files do no harm. */
export function moduleScope(machine: Machine, file: string): Scope {
  const known = machine.modules.get(file);
  if (known !== undefined) return known;
  const scope = new Scope(file, null);
  machine.modules.set(file, scope);
  return scope;
}

/** `import { model as User } from "../models/user"`: what it is is said where it is taken. */
const NAMES_NOTHING = /^(?:default|\*|[mM]odel|[eE]ntity|table|[rR]epository|collection)$/;

/** A name at the top of a file; null when the file does not bind it. */
export function moduleValue(machine: Machine, file: string, name: string): Value | null {
  const source = machine.project.file(file);
  const binding = source?.module.bindings.get(name);
  if (source === null || binding === undefined) return null;
  const scope = moduleScope(machine, file);
  const known = scope.own(name);
  if (known !== undefined) {
    machine.reads.slots.add(known);
    return known.value;
  }
  if (binding.kind === "import") {
    const reads = new Reads();
    const found = reading(machine, reads, () => imported(machine, file, binding.specifier, binding.name));
    const whole = found.k === "foreign" && found.origin === "missing" && NAMES_NOTHING.test(found.name);
    const value = whole ? { ...found, local: name } : found;
    keep(machine, scope.declare(name, value), reads);
    return value;
  }
  const reads = new Reads();
  const slot = scope.declare(name, opaque(name)); // what a circle finds
  if (binding.kind === "pattern") {
    const { declarator } = binding;
    if (declarator.type === "VariableDeclarator" && declarator.init !== null) {
      reading(machine, reads, () =>
        aside(machine, () =>
          machine.bindPattern(declarator.id, machine.evaluate(declarator.init as Node, scope), scope),
        ),
      );
      for (const bound of boundNames(declarator.id)) {
        const one = scope.own(bound);
        if (one !== undefined) keep(machine, one, reads);
      }
    }
    return scope.own(name)?.value ?? slot.value;
  }
  keep(machine, slot, reads);
  slot.value = reading(machine, reads, () => aside(machine, () => declared(machine, binding.node, scope, name)));
  return slot.value;
}

/** What is read meanwhile is put down there, and not with what is being followed. */
function reading<T>(machine: Machine, reads: Reads, run: () => T): T {
  const before = machine.reads;
  machine.reads = reads;
  try {
    return run();
  } finally {
    machine.reads = before;
  }
}

function keep(machine: Machine, slot: Slot, reads: Reads): void {
  slot.reads = reads;
  machine.reads.slots.add(slot);
}

function declared(machine: Machine, node: Node, scope: Scope, name: string): Value {
  switch (node.type) {
    case "FunctionDeclaration":
      return closureOf(node, scope, name);
    case "ClassDeclaration":
      return { k: "class", node, scope, file: scope.file };
    case "VariableDeclarator":
      if (node.init === null) return opaque(name);
      return withMembers(machine, named(machine.evaluate(node.init, scope), name), name, scope);
    case "TSEnumDeclaration":
      return {
        k: "struct",
        props: new Map(
          node.body.members.map((member, at) => {
            const key =
              member.id.type === "Identifier"
                ? member.id.name
                : member.id.type === "Literal"
                  ? member.id.value
                  : `${at}`;
            const value: Value =
              member.initializer === null ? { k: "literal", value: at } : machine.evaluate(member.initializer, scope);
            return [key, value];
          }),
        ),
        spreads: [],
        node,
      };
    default:
      return opaque(name);
  }
}

/** `const api = {}; api.remove = function (req, res) { … }`: what the file puts into an object at its top. */
function withMembers(machine: Machine, value: Value, name: string, scope: Scope): Value {
  const file = value.k === "struct" ? machine.project.file(scope.file) : null;
  const put = file === null ? undefined : putAtTop(file).get(name);
  if (value.k !== "struct" || put === undefined) return value;
  const props = new Map(value.props);
  for (const [member, assigned] of put)
    props.set(member, isFunction(assigned) ? closureOf(assigned, scope, member) : machine.evaluate(assigned, scope));
  return { ...value, props };
}

const put = new WeakMap<ProjectFile, ReadonlyMap<string, ReadonlyMap<string, Node>>>();

/** By name and member, what is assigned at the top of a file. */
function putAtTop(file: ProjectFile): ReadonlyMap<string, ReadonlyMap<string, Node>> {
  const known = put.get(file);
  if (known !== undefined) return known;
  const found = new Map<string, Map<string, Node>>();
  for (const statement of file.syntax.program.body) {
    if (statement.type !== "ExpressionStatement" || statement.expression.type !== "AssignmentExpression") continue;
    const { left, right, operator } = statement.expression;
    if (operator !== "=" || left.type !== "MemberExpression" || left.computed || left.object.type !== "Identifier")
      continue;
    if (left.property.type !== "Identifier" || left.object.name === "module" || left.object.name === "exports")
      continue;
    const members = found.get(left.object.name) ?? new Map<string, Node>();
    members.set(left.property.name, right);
    found.set(left.object.name, members);
  }
  put.set(file, found);
  return found;
}

function named(value: Value, name: string): Value {
  return value.k === "closure" && value.name === "" ? { ...value, name } : value;
}

/** What a file hands out under a name: `default`, `*` for all of it. Null when it hands out no such thing. */
export function exportedValue(
  machine: Machine,
  file: string,
  name: string,
  seen: ReadonlySet<string> = new Set(),
): Value | null {
  if (name === "*") return { k: "namespace", file };
  const source = machine.project.file(file);
  const asking = `${file}\0${name}`;
  if (source === null || seen.has(file) || machine.asking.has(asking)) return null;
  machine.asking.add(asking);
  try {
    return handedOut(machine, source, file, name, seen);
  } finally {
    machine.asking.delete(asking);
  }
}

function handedOut(
  machine: Machine,
  source: ProjectFile,
  file: string,
  name: string,
  seen: ReadonlySet<string>,
): Value | null {
  const found = source.module.exports.get(name);
  if (found === undefined) {
    const visited = new Set(seen).add(file);
    for (const specifier of source.module.stars) {
      const target = machine.project.resolve(file, specifier);
      if (target.kind !== "file") continue;
      const value = exportedValue(machine, target.path, name, visited);
      if (value !== null) return value;
    }
    return null;
  }
  if (found.kind === "from") return imported(machine, file, found.specifier, found.name, seen);
  if (found.kind === "local") return moduleValue(machine, file, found.name) ?? opaque(name);
  const scope = moduleScope(machine, file);
  const key = `export ${name}`;
  const known = scope.own(key);
  if (known !== undefined) {
    machine.reads.slots.add(known);
    return known.value;
  }
  const slot = scope.declare(key, opaque(name));
  const reads = new Reads();
  keep(machine, slot, reads);
  const { value } = found;
  slot.value = reading(machine, reads, () =>
    aside(machine, () =>
      value.type === "FunctionDeclaration"
        ? closureOf(value, scope, name)
        : value.type === "ClassDeclaration"
          ? { k: "class", node: value, scope, file }
          : machine.evaluate(value, scope),
    ),
  );
  return slot.value;
}

/** What an import brings. What is not in the tree is told apart by whose it is: a package's, or a file's that is missing. */
export function imported(
  machine: Machine,
  file: string,
  specifier: string,
  name: string,
  seen: ReadonlySet<string> = new Set(),
): Value {
  const target = machine.project.resolve(file, specifier);
  if (target.kind === "file") {
    if (name === "require") {
      const whole = machine.project.file(target.path)?.module.exports.has("default") ?? false;
      return exportedValue(machine, target.path, whole ? "default" : "*", seen) ?? opaque(specifier);
    }
    const value = exportedValue(machine, target.path, name, seen);
    if (value !== null) return value;
    return { k: "foreign", from: specifier, name, origin: "missing" };
  }
  return {
    k: "foreign",
    from: specifier,
    name: name === "require" ? "*" : name,
    origin: target.kind === "package" ? "package" : "missing",
  };
}

/** The top of a module is no part of the path being followed: nothing it does is recorded, nothing it learns is kept. */
export function aside<T>(machine: Machine, run: () => T): T {
  const { state, frame, recording, atTop, at } = machine;
  machine.state = START;
  machine.frame = null;
  machine.recording = false;
  machine.atTop = true;
  machine.at = beginning();
  try {
    return run();
  } finally {
    machine.state = state;
    machine.frame = frame;
    machine.recording = recording;
    machine.atTop = atTop;
    machine.at = at;
  }
}
