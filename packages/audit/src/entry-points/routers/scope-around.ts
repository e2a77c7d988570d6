import type { Node, ParamPattern } from "oxc-parser";
import { bindPattern } from "../../interpret/bind-pattern.ts";
import { construct } from "../../interpret/class.ts";
import { closureOf } from "../../interpret/closure.ts";
import type { Machine } from "../../interpret/machine.ts";
import { moduleScope } from "../../interpret/module-value.ts";
import { Scope } from "../../interpret/scope.ts";
import type { ProjectFile } from "../../project.ts";
import { declaredBy } from "../../syntax/declared.ts";
import { type FunctionNode, opaque, struct, type Value } from "../../values/value.ts";
import { REQUEST } from "../follow-handler.ts";
import { ROUTER, routerNames } from "./registrations.ts";

/** Something that stands inside of functions which are called by code that is not seen. */
export interface Inside {
  readonly file: ProjectFile;
  readonly node: Node;
  /** Outermost first. */
  readonly around: readonly FunctionNode[];
}

/** What the names mean there: what the functions are handed is the application's own, and what stands before was done. */
export function scopeAround(machine: Machine, one: Inside): Scope {
  let scope = moduleScope(machine, one.file.path);
  for (const fn of one.around) {
    const inner = new Scope(one.file.path, scope, instanceAround(machine, one, fn) ?? scope.self);
    for (const parameter of fn.params) {
      const name = parameter.type === "Identifier" ? parameter.name : "";
      const isRouter = name === "" || ROUTER.test(name) || routerNames(one.file).has(name);
      bindPattern(machine, parameter, handed(parameter) ?? (isRouter ? REQUEST : opaque(name)), inner);
    }
    if (fn.body?.type === "BlockStatement") {
      for (const statement of fn.body.body) {
        if (statement.type === "FunctionDeclaration" && statement.id !== null)
          inner.declare(statement.id.name, closureOf(statement, inner, statement.id.name));
      }
      for (const statement of fn.body.body) {
        if (statement.start >= one.node.start) break;
        if (statement.type !== "VariableDeclaration") continue;
        for (const { id, init } of statement.declarations) {
          if (init !== null && init.end < one.node.start)
            bindPattern(machine, id, machine.evaluate(init, inner), inner);
        }
      }
    }
    scope = inner;
  }
  return scope;
}

/** `function routes({ app, db, enrolToken })`: what is handed over is the application's own, a router by its name apart. */
function handed(parameter: ParamPattern): Value | null {
  const pattern = parameter.type === "AssignmentPattern" ? parameter.left : parameter;
  if (pattern.type !== "ObjectPattern") return null;
  const names = pattern.properties.flatMap((one) =>
    one.type === "Property" && one.key.type === "Identifier" ? [one.key.name] : [],
  );
  return struct(Object.fromEntries(names.map((name) => [name, ROUTER.test(name) ? REQUEST : opaque(name)])));
}

/** What `this` is where routes are registered in a constructor or method. */
function instanceAround(machine: Machine, { file }: Inside, fn: FunctionNode): Value | null {
  for (const statement of file.syntax.program.body) {
    const declared = declaredBy(statement);
    if (declared?.type === "ClassDeclaration" && declared.start <= fn.start && fn.end <= declared.end)
      return construct(
        machine,
        { k: "class", node: declared, scope: moduleScope(machine, file.path), file: file.path },
        [],
      );
  }
  return null;
}
