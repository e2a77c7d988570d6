import type { Node } from "oxc-parser";
import { isOwnerName, isTenantName } from "../../knowledge/names.ts";
import type { ProjectFile } from "../../project.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { children, walk } from "../../syntax/walk.ts";

const known = new WeakMap<ProjectFile, ReadonlySet<string>>();

/**
 * The functions whose answer other handlers of the file compare with whose it is:
 * `const app = await findApp(id); if (app.project.organizationId !== session.organizationId) throw …`.
 */
export function comparedElsewhere(file: ProjectFile): ReadonlySet<string> {
  const before = known.get(file);
  if (before !== undefined) return before;
  const found = new Set<string>();
  for (const node of walk(file.syntax.program)) {
    if (!isFunction(node) || node.body === null || node.body === undefined) continue;
    const answers = new Map<string, string>();
    for (const inner of within(node.body)) {
      if (inner.type === "VariableDeclarator" && inner.id.type === "Identifier" && inner.init !== null) {
        const called = calledFunction(inner.init);
        if (called !== null) answers.set(inner.id.name, called);
      }
      if (inner.type !== "BinaryExpression" || !/^[!=]==?$/.test(inner.operator)) continue;
      for (const [side, other] of [
        [inner.left, inner.right],
        [inner.right, inner.left],
      ] as const) {
        const root = rootOf(side);
        const called = root === null ? undefined : answers.get(root);
        if (called !== undefined && namesWhom(side) && other.type !== "Literal") found.add(called);
      }
    }
  }
  known.set(file, found);
  return found;
}

/** What stands in a function, and not in the functions in it. */
function* within(node: Node): Generator<Node> {
  yield node;
  for (const child of children(node)) if (!isFunction(child)) yield* within(child);
}

function calledFunction(node: Node): string | null {
  if (node.type === "AwaitExpression") return calledFunction(node.argument);
  if (node.type !== "CallExpression") return null;
  if (node.callee.type === "Identifier") return node.callee.name;
  const { callee } = node;
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return null;
  // `this.fileRepo.findById(id)`, `files.byId(id)`
  const of =
    callee.object.type === "Identifier"
      ? callee.object.name
      : callee.object.type === "MemberExpression" &&
          callee.object.object.type === "ThisExpression" &&
          callee.object.property.type === "Identifier"
        ? callee.object.property.name
        : // `getSystemRepo().readResource(id)`
          callee.object.type === "CallExpression" && callee.object.callee.type === "Identifier"
          ? callee.object.callee.name
          : null;
  return of === null ? null : methodNamed(`${of}.${callee.property.name}`);
}

/** A repository is called by its class in one place and by a member in another: `FileRepo.findById`, `fileRepo.findById`. */
export function methodNamed(path: string): string {
  return path.split(".").slice(-2).join(".").toLowerCase();
}

function rootOf(node: Node): string | null {
  if (node.type === "ChainExpression") return rootOf(node.expression);
  if (node.type === "MemberExpression")
    return node.object.type === "Identifier" ? node.object.name : rootOf(node.object);
  return null;
}

function namesWhom(node: Node): boolean {
  if (node.type === "ChainExpression") return namesWhom(node.expression);
  if (node.type !== "MemberExpression" || node.property.type !== "Identifier") return false;
  const { name } = node.property;
  if (isTenantName(name) || isOwnerName(name) || HANGS_ON.test(name)) return true;
  // `membership.project?.reference`, `file.folder.id`
  const { object } = node;
  return (
    /^(?:_?id|uuid|slug|ref|reference|key)$/.test(name) &&
    object.type === "MemberExpression" &&
    object.property.type === "Identifier" &&
    OF_WHOM.test(object.property.name)
  );
}
const HANGS_ON = /^(?:project|site|board|guild|community)_?(?:id|ref|reference)$/i;
const OF_WHOM =
  /^(?:project|org|organi[sz]ation|team|tenant|workspace|account|company|shop|store|site|board|guild|community|owner|user|author|creator)$/i;
