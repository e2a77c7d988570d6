import type { Class, MethodDefinition, PropertyDefinition } from "oxc-parser";
import { bindMethod, construct, fieldOf } from "../interpret/class.ts";
import { aside, moduleScope } from "../interpret/module-value.ts";
import type { ProjectFile } from "../project.ts";
import { isFunction } from "../syntax/is-function.ts";
import type { ClassValue, FunctionNode } from "../values/value.ts";
import { decorator } from "./decorators.ts";
import type { EntryPoint } from "./entry-point.ts";
import { isHandler, isWebStyle, takesRequest, wrappedIn } from "./handlers.ts";
import { declaredBy } from "../syntax/declared.ts";
import { unmountedHandler } from "./unmounted-handler.ts";

/** Express, with classes: methods that are handed a request and what answers it. What mounts them stands elsewhere. */
export function classHandlerEntryPoints(file: ProjectFile): EntryPoint[] {
  if (!file.text.includes("class ") || !MAY_HANDLE.test(file.text)) return [];
  const found: EntryPoint[] = [];
  for (const node of classesOf(file)) {
    if (ANOTHERS.test(node.id?.name ?? "") || decorator(node.decorators, FRAMEWORKS) !== null) continue;
    for (const member of node.body.body) {
      if (member.type !== "MethodDefinition" && member.type !== "PropertyDefinition") continue;
      if (member.key.type !== "Identifier" || member.accessibility === "private") continue;
      const fn = functionOf(member);
      const { name } = member.key;
      if (fn === null || isWebStyle(fn) || !takesRequest(fn) || !isHandler(name, fn)) continue;
      found.push(handler(file, node, member, name));
    }
  }
  return found;
}
const MAY_HANDLE = /\b_?req(?:uest)?\b[^;]{0,200}?\b(?:_?res|response|reply)\b/;
/** What stands before handlers, and what a framework of its own mounts. */
const ANOTHERS = /middleware|guard|interceptor|strategy|filter|pipe$/i;
const FRAMEWORKS = /^(?:Controller|JsonController|Resolver|RestController|Route|Injectable|Middleware)$/;

function* classesOf(file: ProjectFile): Generator<Class> {
  for (const statement of file.syntax.program.body) {
    const declared = declaredBy(statement);
    if (declared?.type === "ClassDeclaration") yield declared;
    // `module.exports = class { … }`
    else if (
      declared?.type === "ExpressionStatement" &&
      declared.expression.type === "AssignmentExpression" &&
      declared.expression.right.type === "ClassExpression"
    )
      yield declared.expression.right;
  }
}

/** A method, or a field that holds one: `remove = asyncHandler(async (req, res) => …)`. */
function functionOf({ value }: MethodDefinition | PropertyDefinition): FunctionNode | null {
  if (value === null) return null;
  return isFunction(value) ? (value.body === null ? null : value) : wrappedIn(value);
}

function handler(
  file: ProjectFile,
  node: Class,
  member: MethodDefinition | PropertyDefinition,
  name: string,
): EntryPoint {
  return unmountedHandler({ file: file.path, name, node: member }, (machine) => {
    const of: ClassValue = { k: "class", node, scope: moduleScope(machine, file.path), file: file.path };
    // What is made on the way, a wrapper around it, is no part of what it does.
    return aside(machine, () =>
      member.static ? bindMethod(machine, of, name, true) : fieldOf(machine, construct(machine, of, []), name),
    );
  });
}
