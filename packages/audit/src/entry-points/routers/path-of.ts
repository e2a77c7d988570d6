import type { Node } from "oxc-parser";
import type { ProjectFile } from "../../project.ts";
import { calledName } from "../../syntax/called-name.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { walk } from "../../syntax/walk.ts";

/** The path a route is registered under, written there or as a constant of the file; null where it is not seen. */
export function pathOf(file: ProjectFile, node: Node, depth = 0): string | null {
  if (depth > DEEPEST) return null;
  switch (node.type) {
    case "Literal":
      return typeof node.value === "string" ? node.value : null;
    case "TemplateLiteral": {
      let path = "";
      for (const [at, quasi] of node.quasis.entries()) {
        const inner = node.expressions[at];
        const said = inner === undefined ? "" : (pathOf(file, inner, depth + 1) ?? ":x");
        path += `${quasi.value.cooked ?? ""}${said}`;
        if (path.length > LONGEST) return path.slice(0, LONGEST);
      }
      return path;
    }
    case "BinaryExpression": {
      if (node.operator !== "+") return null;
      const [left, right] = [pathOf(file, node.left, depth + 1), pathOf(file, node.right, depth + 1)];
      return left === null || right === null ? null : `${left}${right}`.slice(0, LONGEST);
    }
    case "ArrayExpression": {
      const [first] = node.elements;
      return first === null || first === undefined ? null : pathOf(file, first, depth + 1);
    }
    case "Identifier":
    case "MemberExpression": {
      const held = constantsOf(file).get(file.text.slice(node.start, node.end));
      return held === undefined || held === null ? null : saidBy(file, held, depth + 1);
    }
    default:
      return null;
  }
}
const DEEPEST = 5;
/** Constants that are put together of constants may say more than anybody can wait for. */
const LONGEST = 500;

const constantPaths = new WeakMap<Node, (string | null)[]>();

/** The path a constant says, read once for each depth at which it is named. */
function saidBy(file: ProjectFile, held: Node, depth: number): string | null {
  const known = constantPaths.get(held) ?? [];
  constantPaths.set(held, known);
  const before = known[depth];
  if (before !== undefined) return before;
  const found = pathOf(file, held, depth);
  known[depth] = found;
  return found;
}

/** `app.get(ROUTES.orders, async (req, res) => …)`: a route by its handler, whatever its path is called. */
export function isHandledAt(path: Node, handlers: readonly Node[]): boolean {
  const last = handlers.at(-1);
  if (last === undefined) return false;
  // `this.router.delete(`${this.path}/:id`, this.auth, this.remove.bind(this))`
  if (isOwnMethod(last)) return path.type === "TemplateLiteral" || path.type === "BinaryExpression";
  if (!isFunction(last) || last.params.length === 0) return false;
  const [first] = last.params;
  return (
    /^(?:Identifier|MemberExpression|TemplateLiteral|BinaryExpression)$/.test(path.type) &&
    first?.type === "Identifier" &&
    /^_?(?:req|request|ctx|context|c)$/.test(first.name)
  );
}

function isOwnMethod(node: Node): boolean {
  if (node.type === "CallExpression" && node.callee.type === "MemberExpression" && calledName(node) === "bind")
    return isOwnMethod(node.callee.object);
  return node.type === "MemberExpression" && node.object.type === "ThisExpression" && !node.computed;
}

const constants = new WeakMap<ProjectFile, ReadonlyMap<string, Node | null>>();

/** `root` and `ROUTES.orders`, by what they are written as; null where a name stands for several. */
function constantsOf(file: ProjectFile): ReadonlyMap<string, Node | null> {
  const known = constants.get(file);
  if (known !== undefined) return known;
  const found = new Map<string, Node | null>();
  constants.set(file, found);
  const note = (name: string, value: Node): void => {
    found.set(name, found.has(name) ? null : value);
  };
  for (const node of walk(file.syntax.program)) {
    // `readonly path = "/members"` of a class whose routes are `${this.path}/:id`.
    if (node.type === "PropertyDefinition" && node.key.type === "Identifier" && node.value?.type === "Literal")
      note(`this.${node.key.name}`, node.value);
    if (node.type !== "VariableDeclaration" || node.kind !== "const") continue;
    for (const { id, init } of node.declarations) {
      if (id.type !== "Identifier" || init === null) continue;
      const value = init.type === "TSAsExpression" ? init.expression : init;
      if (value.type === "ObjectExpression") {
        for (const one of value.properties)
          if (one.type === "Property" && one.key.type === "Identifier") note(`${id.name}.${one.key.name}`, one.value);
      } else note(id.name, value);
    }
  }
  return found;
}
