import type { Node } from "oxc-parser";
import { aside, moduleScope } from "../interpret/module-value.ts";
import { Scope } from "../interpret/scope.ts";
import { bindPattern } from "../interpret/bind-pattern.ts";
import type { ProjectFile } from "../project.ts";
import { children } from "../syntax/walk.ts";
import type { FunctionNode } from "../values/value.ts";
import { opaque } from "../values/value.ts";
import { isFunction } from "../syntax/is-function.ts";
import type { EntryPoint } from "./entry-point.ts";
import { followHandler } from "./follow-handler.ts";
import { isProcedure, takesContext } from "./follow-procedure.ts";
import { nameWithin } from "../syntax/declared.ts";

const ENDS = /^(?:query|mutation|subscription|action|stateAction|handler|handle)$/;
const BUILDER = /procedure|action|^os$|^(?:auth|safe|public|protected|admin|org|base)\w*client$/i;

/** tRPC and oRPC procedures, and actions of next-safe-action and zsa: wherever such a chain ends in a function. */
export function procedureEntryPoints(file: ProjectFile): EntryPoint[] {
  if (
    !/\.(?:query|mutation|subscription|action|stateAction|handler|handle)\s*\(/.test(file.text) ||
    !(BUILDER.test(file.text) || /\b(?:ctx|context|input|parsedInput)\b/.test(file.text))
  )
    return [];
  const found: EntryPoint[] = [];
  const builders: string[] = [];
  const visit = (node: Node, name: string | null, around: readonly FunctionNode[]): void => {
    if (
      node.type === "CallExpression" &&
      node.callee.type === "MemberExpression" &&
      node.callee.property.type === "Identifier" &&
      ENDS.test(node.callee.property.name) &&
      (startsWithBuilder(node.callee.object)
        ? endsInFunction(node.arguments)
        : rootOf(node.callee.object) && node.arguments.some(takesContext))
    ) {
      const built = builderOf(node.callee.object);
      builders.push(built);
      const made = entry(file, node, node.callee.property.name, name, around);
      found.push(
        OPEN.test(built)
          ? { ...made, gateBeside: () => isOnlyOpen(builders) }
          : PLAIN.test(built)
            ? { ...made, gateBeside: () => isOnlyPlain(builders, built) }
            : made,
      );
      return;
    }
    const named = nameWithin(node, name);
    const inner = isFunction(node) ? [...around, node] : around;
    const inside = children(node);
    for (let at = 0; at < inside.length; at += 1) visit(inside[at] as Node, named, inner);
  };
  visit(file.syntax.program, null, []);
  return found;
}

const OPEN = /^(?:public|open|anon\w*|guest|unauth\w*)(?![a-z])/;
const KNOWN =
  /protect|auth(?!or)|admin|owner|private|secure|staff|session|signed|logged|user|member|permission|role|scope/i;
const GOVERNS = /admin|owner|staff|super|permission|role/i;

/** What the others are made of, before it was told to ask for anybody: `actionClient` beside `authedAction`. */
export const PLAIN = /^(?:base|plain|simple|safe|raw)?_?(?:actionclient|action|procedure)$/i;

function isOnlyPlain(builders: readonly string[], own: string): boolean {
  const others = builders.filter((one) => one !== own);
  return builders.length - others.length === 1 && others.length > 1 && others.every((one) => KNOWN.test(one));
}

/** One is open to everybody among those of its router that none but somebody known, or who governs it, may call. */
function isOnlyOpen(builders: readonly string[]): boolean {
  const others = builders.filter((one) => !OPEN.test(one));
  return (
    builders.length - others.length === 1 &&
    others.length > 2 &&
    others.every((one) => KNOWN.test(one)) &&
    others.some((one) => GOVERNS.test(one))
  );
}

/** Does it let through those only who have a right, by what it is called? */
export function governs(builder: string): boolean {
  return GOVERNS.test(builder);
}

/** `adminProcedure` of `adminProcedure.input(…).mutation(…)`. */
export function builderOf(node: Node): string {
  let at = node;
  for (;;) {
    if (at.type === "Identifier") return at.name;
    if (at.type === "MemberExpression") {
      if (at.property.type === "Identifier" && /procedure$/i.test(at.property.name)) return at.property.name;
      at = at.object;
    } else if (at.type === "CallExpression") at = at.callee;
    else return "";
  }
}

/** `authed`, `t.signedIn`: imported or declared, and no call. */
function rootOf(node: Node): boolean {
  let at = node;
  for (;;) {
    if (at.type === "Identifier")
      return !/^(?:this|db|pool|client|app|router|server|queue|worker|agent|bus)$/i.test(at.name);
    if (at.type === "MemberExpression") at = at.object;
    else if (at.type === "CallExpression" && at.callee.type === "MemberExpression") at = at.callee.object;
    else return false;
  }
}

function endsInFunction(args: readonly Node[]): boolean {
  return args.some(
    (arg) =>
      isFunction(arg) || arg.type === "Identifier" || arg.type === "MemberExpression" || arg.type === "CallExpression",
  );
}

/** Without recursion: how long a chain is, is the judged code's to choose. */
function startsWithBuilder(node: Node): boolean {
  let at = node;
  for (;;) {
    if (at.type === "Identifier") return BUILDER.test(at.name);
    if (at.type === "MemberExpression") {
      if (at.property.type === "Identifier" && /procedure$/i.test(at.property.name)) return true;
      at = at.object;
    } else if (at.type === "CallExpression") at = at.callee;
    else return false;
  }
}

function entry(
  file: ProjectFile,
  node: Node,
  verb: string,
  name: string | null,
  around: readonly FunctionNode[],
): EntryPoint {
  return {
    kind: verb === "action" || verb === "stateAction" ? "action" : "procedure",
    framework: verb === "action" || verb === "stateAction" ? "safe-action" : "trpc",
    name: name ?? verb,
    method: verb === "query" ? "GET" : "POST",
    path: null,
    file: file.path,
    node,
    follow(machine) {
      const value = aside(machine, () => {
        let scope = moduleScope(machine, file.path);
        for (const fn of around) {
          const inner = new Scope(file.path, scope);
          for (const parameter of fn.params) bindPattern(machine, parameter, opaque("parameter"), inner);
          scope = inner;
        }
        return machine.evaluate(node, scope);
      });
      if (value.k === "chain" && isProcedure(value)) followHandler(machine, value, [], { file: file.path, node });
    },
  };
}
