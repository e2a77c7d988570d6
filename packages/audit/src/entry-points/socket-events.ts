import type { Node, ParamPattern } from "oxc-parser";
import { bindPattern } from "../interpret/bind-pattern.ts";
import { closureOf } from "../interpret/closure.ts";
import type { Machine } from "../interpret/machine.ts";
import { moduleScope } from "../interpret/module-value.ts";
import { Scope } from "../interpret/scope.ts";
import type { ProjectFile } from "../project.ts";
import { isFunction } from "../syntax/is-function.ts";
import { children } from "../syntax/walk.ts";
import { client, type FunctionNode, opaque, UNDEFINED, type Value } from "../values/value.ts";
import type { EntryPoint } from "./entry-point.ts";
import { followHandler, REQUEST } from "./follow-handler.ts";

type CallNode = Extract<Node, { type: "CallExpression" }>;

const MAY_LISTEN = /\bsocket\.on\(\s*["'`]/;
/** What a connection tells of itself, and no client asks for. */
const OWN = /^(?:connect\w*|disconnect\w*|error|close|end|open|ping|pong|timeout|drain|data|newListener|upgrade)$/;

/** Socket.IO: each event that a client may send, with what it sends and the function that answers it. */
export function socketEventEntryPoints(file: ProjectFile): EntryPoint[] {
  if (
    !MAY_LISTEN.test(file.text) ||
    !/socket\.?io|\bio\b|socketHandler|\bsocket\.(?:emit|join|user|data|handshake|request|session)\b|callback|\back\b/i.test(
      file.text,
    )
  )
    return [];
  const found: EntryPoint[] = [];
  const visit = (node: Node, around: readonly FunctionNode[]): void => {
    const handler = node.type === "CallExpression" ? listenerOf(node) : null;
    if (handler !== null && node.type === "CallExpression")
      found.push(entry(file, node, handler.name, handler.fn, around));
    const inner = isFunction(node) ? [...around, node] : around;
    for (const one of children(node)) visit(one, inner);
  };
  visit(file.syntax.program, []);
  return found;
}

function listenerOf({
  callee,
  arguments: args,
}: CallNode): { readonly name: string; readonly fn: FunctionNode } | null {
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier" || callee.property.name !== "on")
    return null;
  if (callee.object.type !== "Identifier" || !/^(?:socket|client|sock)$/.test(callee.object.name)) return null;
  const [event, fn] = args;
  if (event?.type !== "Literal" || typeof event.value !== "string" || OWN.test(event.value)) return null;
  return fn !== undefined && isFunction(fn) && fn.params.length > 0 ? { name: event.value, fn } : null;
}

function entry(
  file: ProjectFile,
  node: CallNode,
  name: string,
  fn: FunctionNode,
  around: readonly FunctionNode[],
): EntryPoint {
  return {
    kind: "handler",
    framework: "socket.io",
    name,
    method: null,
    path: null,
    file: file.path,
    node,
    follow(machine) {
      const place = { file: file.path, node };
      machine.learn("unmounted", { sure: true, place, why: "who may connect is asked where the connection is made" });
      machine.learn("opaque:auth", {
        sure: false,
        place,
        why: "whether connections are asked who they are is not seen",
      });
      const scope = scopeAround(machine, file, node, around);
      const args = fn.params.map((parameter) => told(machine, parameter));
      followHandler(machine, closureOf(fn, scope, name), args, place);
    },
  };
}

/** What the client sends, and at the end the function by which it is answered. */
function told(machine: Machine, parameter: ParamPattern): Value {
  const name = parameter.type === "Identifier" ? parameter.name : "";
  if (!/^_?(?:cb|callback|ack|acknowledge\w*|respond|reply|fn|done|next)$/i.test(name))
    // An id by itself needs no schema, and what is sent whole does.
    return client(/ids?$/i.test(name) ? "arguments" : "body", name);
  return {
    k: "continuation",
    run: (given, place) => {
      const body = given.findLast((one) => one.k !== "literal") ?? given.at(-1) ?? null;
      machine.record({ kind: "respond", body, status: null, place });
      return UNDEFINED;
    },
  };
}

function scopeAround(machine: Machine, file: ProjectFile, node: Node, around: readonly FunctionNode[]): Scope {
  let scope = moduleScope(machine, file.path);
  let left = MOST;
  for (const fn of around) {
    const inner = new Scope(file.path, scope);
    for (const parameter of fn.params)
      bindPattern(machine, parameter, isSocket(parameter) ? socketAt(node, file.path) : opaque("parameter"), inner);
    if (fn.body?.type === "BlockStatement")
      for (const statement of fn.body.body) {
        if (statement.type === "FunctionDeclaration" && statement.id !== null)
          inner.declare(statement.id.name, closureOf(statement, inner, statement.id.name));
        if (statement.start >= node.start || statement.type !== "VariableDeclaration") continue;
        for (const { id, init } of statement.declarations) {
          if (init === null || init.end >= node.start) continue;
          left -= 1;
          if (left < 0) bindPattern(machine, id, opaque("one of too many"), inner);
          else bindPattern(machine, id, machine.evaluate(init, inner), inner);
        }
      }
    scope = inner;
  }
  if (left < 0) machine.unknowns.add("a connection declares too much to be followed for each of its events");
  return scope;
}

/** Declarations of a connection that are followed for each of its events, of which there may be thousands too. */
const MOST = 60;

/** What was put on a connection when it was made is known of it: `socket.data.userId`. */
function socketAt(node: Node, file: string): Value {
  return {
    k: "struct",
    props: new Map([["data", { k: "principal", path: "", sure: false, origin: { file, node } } satisfies Value]]),
    spreads: [REQUEST],
    node: null,
  };
}

function isSocket(parameter: ParamPattern): boolean {
  return parameter.type === "Identifier" && /^(?:socket|client|sock)$/.test(parameter.name);
}
