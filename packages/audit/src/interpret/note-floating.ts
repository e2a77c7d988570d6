import type { Argument, Node } from "oxc-parser";
import { nameKind } from "../knowledge/names.ts";
import { refuses } from "../knowledge/refuses.ts";
import type { ProjectFile } from "../project.ts";
import { calledName } from "../syntax/called-name.ts";
import { UNDEFINED, type Value } from "../values/value.ts";
import { lookUp } from "./look-up.ts";
import type { Machine } from "./machine.ts";
import type { Scope } from "./scope.ts";

/** `assertAccess(userId, boardId);`: a check that stands by itself can only mean to throw, and nobody waits for it. */
export function noteFloating(machine: Machine, node: Node, value: Value, scope: Scope): void {
  if (node.type !== "CallExpression") return;
  const name = calledName(node);
  if (value.k === "pending" ? refuses(name) || nameKind(name) === "asserts" : isLookUp(machine, node, scope))
    note(machine, node, name, scope);
}

/** `if (!isMember(userId, teamId))`: what has to be looked up is a promise, and a promise is always true. */
export function notePromise(machine: Machine, test: Node, scope: Scope): void {
  const node = test.type === "UnaryExpression" && test.operator === "!" ? test.argument : test;
  if (node.type === "LogicalExpression") {
    notePromise(machine, node.left, scope);
    notePromise(machine, node.right, scope);
  } else if (node.type === "CallExpression" && isLookUp(machine, node, scope))
    note(machine, node, calledName(node), scope);
}

/**
 * A check that is not in the tree and is told nothing but ids, of who and of what: it holds neither of the two, so it
 * has to ask for them, and answers a promise.
 */
function isLookUp(machine: Machine, node: Extract<Node, { type: "CallExpression" }>, scope: Scope): boolean {
  const { callee, arguments: args } = node;
  if (callee.type !== "Identifier" || args.length < 2) return false;
  const kind = nameKind(callee.name);
  if (kind !== "asserts" && kind !== "asks" && !refuses(callee.name)) return false;
  if (args.filter(isId).length < 2 || !args.every((arg) => isId(arg) || arg.type === "Literal")) return false;
  if (!isAsync(machine)) return false;
  const found = lookUp(machine, callee.name, scope);
  return found.k === "foreign" && found.origin === "missing";
}

/**
 * `const user = requireUser();`: told nothing, it has to ask the request who is calling, and where Next.js runs it the
 * request is asked by a promise. What is read of that is nobody's.
 */
export function noteUnawaited(machine: Machine, init: Node, scope: Scope): void {
  if (init.type !== "CallExpression" || init.arguments.length > 0 || init.callee.type !== "Identifier") return;
  const { name } = init.callee;
  const kind = nameKind(name);
  if ((kind !== "identity" && kind !== "asserts") || name.startsWith("use") || !isAsync(machine)) return;
  const file = machine.project.file(scope.file);
  if (file === null || !isOfNext(file)) return;
  const found = lookUp(machine, name, scope);
  if (found.k === "foreign" && found.origin === "missing") note(machine, init, name, scope);
}

function isOfNext({ module }: ProjectFile): boolean {
  if (module.directives.has("use server")) return true;
  for (const one of module.bindings.values())
    if (one.kind === "import" && /^next(?:\/|-safe-action)/.test(one.specifier)) return true;
  return false;
}

function isAsync({ within }: Machine): boolean {
  const node = within.at(-1)?.node;
  return node !== undefined && "async" in node && node.async;
}

function isId(arg: Argument): boolean {
  const name =
    arg.type === "Identifier"
      ? arg.name
      : arg.type === "MemberExpression" && arg.property.type === "Identifier"
        ? arg.property.name
        : "";
  return /(?:^|_)id$|Id$|Slug$|^slug$/.test(name);
}

function note(machine: Machine, node: Node, name: string, scope: Scope): void {
  machine.record({
    kind: "call",
    name: "floating-check",
    path: name,
    origin: "opaque",
    args: [],
    awaited: false,
    result: UNDEFINED,
    place: { file: scope.file, node },
  });
}
