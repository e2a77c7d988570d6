import type { Node } from "oxc-parser";
import type { ProjectFile } from "../project.ts";
import { calledName } from "../syntax/called-name.ts";
import { walk } from "../syntax/walk.ts";

const known = new WeakMap<ProjectFile, ReadonlySet<string>>();

/**
 * Does middleware of that name stand in the file before what is sent no body, and nothing there says what to look for?
 * `app.get("/users", [validatedRequest, …])`: it looks at requests as such, whatever its name, and at the shape of none.
 */
export function isAskedWithoutBody(file: ProjectFile, name: string): boolean {
  const names = known.get(file) ?? namesIn(file.syntax.program);
  known.set(file, names);
  return names.has(name);
}

function namesIn(program: Node): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of walk(program)) {
    if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") continue;
    const [path, ...rest] = node.arguments;
    if (!/^(?:get|head)$/.test(calledName(node)) || path?.type !== "Literal" || rest.length < 2) continue;
    const before = rest.slice(0, -1).flatMap((one) => (one.type === "ArrayExpression" ? one.elements : [one]));
    if (before.some((one) => one !== null && saysWhat(one))) continue;
    for (const one of before) if (one?.type === "Identifier") names.add(one.name);
  }
  return names;
}

/** `param("id").isUUID()`, `listRules`, `...schema.list`: a validator beside it that collects what these have found. */
function saysWhat(node: Node): boolean {
  switch (node.type) {
    case "Identifier":
      return SHAPES.test(node.name);
    case "MemberExpression":
      return saysWhat(node.object) || (node.property.type === "Identifier" && SHAPES.test(node.property.name));
    case "CallExpression":
      return SHAPES.test(calledName(node)) || saysWhat(node.callee);
    case "SpreadElement":
      return true;
    default:
      return false;
  }
}
const SHAPES =
  /^(?:is[A-Z]\w*|body|query|params?|headers?|cookies?|check\w*|oneOf|celebrate|one|not[A-Z]\w*|to[A-Z]\w*|trim|escape|optional|exists|matches|custom\w*)$|schema|rules?$|shape|dto$|validators?$|validations?$/i;
