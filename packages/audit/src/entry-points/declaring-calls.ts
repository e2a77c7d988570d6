import type { Node } from "oxc-parser";
import { bindPattern } from "../interpret/bind-pattern.ts";
import type { Machine } from "../interpret/machine.ts";
import { aside, moduleScope } from "../interpret/module-value.ts";
import { Scope } from "../interpret/scope.ts";
import type { ProjectFile } from "../project.ts";
import { isFunction } from "../syntax/is-function.ts";
import { children } from "../syntax/walk.ts";
import { client, type FunctionNode, opaque, type Value } from "../values/value.ts";
import type { EntryKind, EntryPoint } from "./entry-point.ts";
import { followHandler, REQUEST, WRITER } from "./follow-handler.ts";
import { nameWithin } from "../syntax/declared.ts";

type CallNode = Extract<Node, { type: "CallExpression" }>;

/** A function that declares what it is given to be called from outside. */
interface Declares {
  /** What a file that calls it says somewhere: without it, the name is another's. */
  readonly said: RegExp;
  /** How the call is written, members with their dots. */
  readonly called: RegExp;
  readonly kind: EntryKind;
  readonly framework: string;
  /** What the function is handed over. */
  readonly args: readonly Value[];
  /** Words of the call by which the library itself asks who is calling. */
  readonly asks: RegExp | null;
}

const BODY = client("body", "", true);
const ALL: readonly Declares[] = [
  {
    said: /astro:actions/,
    called: /^defineAction$/,
    kind: "action",
    framework: "astro",
    args: [BODY, REQUEST],
    asks: null,
  },
  {
    said: /createServerFn/,
    called: /^createServerFn(?:\(\))?\.(?:\w+\.)*handler$/,
    kind: "action",
    framework: "tanstack",
    args: [REQUEST],
    asks: /\.middleware\s*\(\s*\[[^\]]*(?:auth|session|user|protected|admin|org|team)/i,
  },
  {
    said: /builder\.io\/qwik|@qwik\.dev/,
    called: /^(?:routeAction|globalAction)\$$/,
    kind: "action",
    framework: "qwik",
    args: [BODY, REQUEST],
    asks: null,
  },
  {
    said: /builder\.io\/qwik|@qwik\.dev/,
    called: /^routeLoader\$$/,
    kind: "page",
    framework: "qwik",
    args: [REQUEST],
    asks: null,
  },
  {
    said: /@azure\/functions/,
    called: /^app\.(?:http|get|post|put|patch|deleteRequest)$/,
    kind: "route",
    framework: "azure",
    args: [REQUEST],
    asks: null,
  },
  {
    said: /@google-cloud\/functions-framework/,
    called: /^(?:functions\.|ff\.|functionsFramework\.)?http$/,
    kind: "route",
    framework: "express",
    args: [REQUEST, WRITER],
    asks: null,
  },
  {
    said: /\bJsonRoutes\b/,
    called: /^JsonRoutes\.add$/,
    kind: "route",
    framework: "express",
    args: [REQUEST, WRITER],
    asks: null,
  },
  {
    said: /encore\.dev\/api/,
    called: /^api$/,
    kind: "route",
    framework: "encore",
    args: [BODY],
    asks: /\bauth:\s*true/,
  },
  // Plug-ins of an authentication library, and servers that are built like it: `createAuthEndpoint("/keys", { use }, fn)`.
  {
    said: /\bcreateAuthEndpoint\b|better-call/,
    called: /^create(?:Auth)?Endpoint$/,
    kind: "route",
    framework: "better-auth",
    args: [REQUEST],
    asks: /\buse:\s*\[[^\]]*(?:session|auth|admin|protected|member|owner|role)/i,
  },
  {
    said: /@blitzjs\/rpc|["']blitz["']/,
    called: /^resolver\.pipe$/,
    kind: "procedure",
    framework: "blitz",
    args: [BODY, REQUEST],
    asks: /resolver\.authorize\s*\(/,
  },
];

/** Astro's actions, TanStack's server functions, Qwik's, Encore's, Blitz's: a call declares the function it is given. */
export function declaringCallEntryPoints(file: ProjectFile): EntryPoint[] {
  const known = ALL.filter(({ said }) => said.test(file.text));
  if (known.length === 0) return [];
  const found: EntryPoint[] = [];
  const visit = (node: Node, name: string | null, around: readonly FunctionNode[]): void => {
    if (node.type === "CallExpression") {
      const called = calledAs(node.callee);
      const declares = known.find((one) => one.called.test(called));
      const fn = declares === undefined ? null : lastFunction(node);
      if (declares !== undefined && fn !== null) {
        found.push(entry(file, node, fn, declares, name ?? called, around));
        return;
      }
    }
    const named = nameWithin(node, name);
    const inner = isFunction(node) ? [...around, node] : around;
    for (const one of children(node)) visit(one, named, inner);
  };
  visit(file.syntax.program, null, []);
  return found;
}

/** `createServerFn().validator.handler` of `createServerFn({…}).validator(…).handler`. */
function calledAs(node: Node): string {
  if (node.type === "Identifier") return node.name;
  if (node.type === "CallExpression")
    return node.callee.type === "Identifier" ? `${calledAs(node.callee)}()` : calledAs(node.callee);
  if (node.type !== "MemberExpression" || node.property.type !== "Identifier") return "";
  return `${calledAs(node.object)}.${node.property.name}`;
}

/** The function itself, or the `handler` among its options. */
function lastFunction(node: CallNode): FunctionNode | null {
  const last = node.arguments.findLast(isFunction);
  if (last !== undefined) return last;
  for (const arg of node.arguments) {
    if (arg.type !== "ObjectExpression") continue;
    for (const one of arg.properties)
      if (
        one.type === "Property" &&
        one.key.type === "Identifier" &&
        one.key.name === "handler" &&
        isFunction(one.value)
      )
        return one.value;
  }
  return null;
}

function entry(
  file: ProjectFile,
  node: CallNode,
  fn: FunctionNode,
  declares: Declares,
  name: string,
  around: readonly FunctionNode[],
): EntryPoint {
  const said = file.text.slice(node.start, node.end);
  return {
    kind: declares.kind,
    framework: declares.framework,
    name,
    // TanStack's functions are read by GET where nothing else is said.
    method: declares.framework === "tanstack" ? (/method:\s*["']POST/.test(said) ? "POST" : "GET") : saidMethod(said),
    path: declares.framework === "better-auth" ? pathIn(node) : saidPath(said),
    file: file.path,
    node,
    follow(machine) {
      const place = { file: file.path, node };
      if (declares.asks?.test(said) === true)
        machine.learn("auth", { sure: false, place, why: "the library is told to ask who is calling" });
      if (/(?:[vV]alidator|validated|\bzod\$?|valibot\$)\s*\(|\binput:|\bbody:\s*(?:z\.|\w*schema)/i.test(said))
        machine.learn("valid:client:body.", { sure: false, place, why: "the call names a schema" });
      const handler = aside(machine, () => machine.evaluate(fn, scopeInside(machine, file, around)));
      followHandler(machine, handler, declares.args, place);
    },
  };
}

/** `{ method: "DELETE" }`, `JsonRoutes.add("DELETE", …)`, `app.http("name", { methods: ["GET"] })`. */
function saidMethod(said: string): string {
  return (
    /\bmethod:\s*["'](GET|PUT|PATCH|DELETE)["']|^[\w.]+\(\s*["'](GET|PUT|PATCH|DELETE)["']|\bmethods:\s*\[\s*["'](GET|PUT|PATCH|DELETE)["']\s*\]/
      .exec(said)
      ?.slice(1)
      .find((one) => one !== undefined) ?? "POST"
  );
}

function pathIn({ arguments: [first] }: CallNode): string | null {
  return first?.type === "Literal" && typeof first.value === "string" ? first.value : null;
}

/** `JsonRoutes.add("GET", "/api/boards/:boardId", …)`, `{ route: "notes/{id}" }` */
function saidPath(said: string): string | null {
  return (
    /^JsonRoutes\.add\(\s*["']\w+["']\s*,\s*["'`](\/[^"'`]*)["'`]|\broute:\s*["'`]([^"'`]+)["'`]/
      .exec(said)
      ?.slice(1)
      .find((one) => one !== undefined) ?? null
  );
}

/** The scope of a function that stands inside others whose arguments nobody knows. */
export function scopeInside(machine: Machine, file: ProjectFile, around: readonly FunctionNode[]): Scope {
  let scope = moduleScope(machine, file.path);
  for (const fn of around) {
    const inner = new Scope(file.path, scope);
    for (const parameter of fn.params) bindPattern(machine, parameter, opaque("parameter"), inner);
    scope = inner;
  }
  return scope;
}
