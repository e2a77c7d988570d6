import type { Argument, Node } from "oxc-parser";
import { nameKind } from "../knowledge/names.ts";
import { asksOfPlan } from "../knowledge/plans.ts";
import { refuses } from "../knowledge/refuses.ts";
import type { ProjectFile } from "../project.ts";
import { calledName } from "../syntax/called-name.ts";
import { isFunction } from "../syntax/is-function.ts";
import { walk } from "../syntax/walk.ts";
import { UNDEFINED, type Value } from "../values/value.ts";
import { lookUp } from "./look-up.ts";
import type { Machine } from "./machine.ts";
import type { Scope } from "./scope.ts";

type CallNode = Extract<Node, { type: "CallExpression" }>;

/** `assertAccess(userId, boardId);`: a check that stands by itself can only mean to throw, and nobody waits for it. */
export function noteFloating(machine: Machine, node: Node, value: Value, scope: Scope): void {
  if (node.type !== "CallExpression") return;
  const name = calledName(node);
  if (
    value.k === "pending"
      ? refuses(name) || nameKind(name) === "asserts"
      : isLookUp(machine, node, scope) ||
        (/^(?:assert|ensure|require|enforce)[A-Z]/.test(name) && isAwaitedBeside(machine, node, scope))
  )
    note(machine, node, name, scope);
}

/** `if (!isMember(userId, teamId))`: what has to be looked up is a promise, and a promise is always true. */
export function notePromise(machine: Machine, test: Node, scope: Scope): void {
  switch (test.type) {
    case "UnaryExpression":
      if (test.operator === "!") notePromise(machine, test.argument, scope);
      return;
    case "LogicalExpression":
      notePromise(machine, test.left, scope);
      notePromise(machine, test.right, scope);
      return;
    case "BinaryExpression":
      // `canManage(userId, teamId) === false`: nor is it false.
      if (/^[=!]==?$/.test(test.operator) && test.right.type === "Literal" && typeof test.right.value === "boolean")
        notePromise(machine, test.left, scope);
      return;
    case "Identifier": {
      const kept = keptCall(machine, test.name);
      if (kept !== null && isAwaitedBeside(machine, kept, scope)) note(machine, kept, calledName(kept), scope);
      return;
    }
    case "CallExpression":
      if (isLookUp(machine, test, scope) || isAwaitedBeside(machine, test, scope))
        note(machine, test, calledName(test), scope);
      return;
    default:
  }
}

/** `const allowed = mayRead(userId, fileId)`, for which nobody waits later either. */
function keptCall(machine: Machine, name: string): CallNode | null {
  const within = machine.within.at(-1)?.node;
  if (within === undefined || !isFunction(within) || within.body?.type !== "BlockStatement") return null;
  let kept = keptIn.get(within);
  if (kept === undefined) {
    kept = keptCalls(within.body);
    keptIn.set(within, kept);
  }
  return kept.get(name) ?? null;
}

/** By function: tests are met again and again, and each would walk all of it. */
const keptIn = new WeakMap<Node, ReadonlyMap<string, CallNode>>();

function keptCalls(body: Node): Map<string, CallNode> {
  const kept = new Map<string, CallNode>();
  const awaited = new Set<string>();
  for (const node of walk(body)) {
    if (node.type === "AwaitExpression" && node.argument.type === "Identifier") awaited.add(node.argument.name);
    else if (
      node.type === "VariableDeclarator" &&
      node.id.type === "Identifier" &&
      node.init?.type === "CallExpression"
    )
      kept.set(node.id.name, node.init);
  }
  for (const name of awaited) kept.delete(name);
  return kept;
}

/** The same check, of code that is not seen, is waited for elsewhere in the file: it answers a promise here as well. */
function isAwaitedBeside(machine: Machine, { callee }: CallNode, scope: Scope): boolean {
  const root = callee.type === "MemberExpression" ? callee.object : callee;
  if (root.type !== "Identifier" || (callee.type === "MemberExpression" && callee.property.type !== "Identifier"))
    return false;
  const name =
    callee.type === "MemberExpression" && callee.property.type === "Identifier" ? callee.property.name : root.name;
  if (
    !/^(?:asks|asserts|identity)$/.test(nameKind(name)) &&
    !refuses(name) &&
    !/^(?:may|is|has|can)[A-Z]/.test(name) &&
    !asksOfPlan(name)
  )
    return false;
  const text = machine.project.file(scope.file)?.text ?? "";
  const called = text.slice(callee.start, callee.end);
  if (!text.includes(`await ${called}(`)) return false;
  const found = lookUp(machine, root.name, scope);
  return found.k === "foreign" || found.k === "chain" || found.k === "opaque";
}

/**
 * A check that is not in the tree and is told nothing but ids, of who and of what: it holds neither of the two, so it
 * has to ask for them, and answers a promise.
 */
function isLookUp(machine: Machine, node: CallNode, scope: Scope): boolean {
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
