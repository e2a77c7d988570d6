import type { Node } from "oxc-parser";
import { isOwnerName, isTenantName } from "../../knowledge/names.ts";
import type { ProjectFile } from "../../project.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { children, walk } from "../../syntax/walk.ts";

interface Compared {
  readonly withWhom: ReadonlySet<string>;
  readonly withOther: ReadonlySet<string>;
  readonly withNamed: ReadonlySet<string>;
}
const known = new WeakMap<ProjectFile, Compared>();

/**
 * The functions whose answer other handlers of the file compare with whose it is:
 * `const app = await findApp(id); if (app.project.organizationId !== session.organizationId) throw …`.
 */
export function comparedElsewhere(file: ProjectFile): ReadonlySet<string> {
  return comparedIn(file).withWhom;
}

/**
 * The functions whose answer other handlers of the file compare with what else was sent and looked up:
 * `const parent = await notes.findById(dto.parentId); if (parent.pageId !== page.id) throw …`.
 */
export function boundElsewhere(file: ProjectFile): ReadonlySet<string> {
  return comparedIn(file).withOther;
}

/**
 * The functions whose answer other handlers of the file compare, by what it hangs on, with what the request names beside
 * it: `if (category.guildId !== req.params.guild) return notFound()`.
 */
export function namedElsewhere(file: ProjectFile): ReadonlySet<string> {
  return comparedIn(file).withNamed;
}

function comparedIn(file: ProjectFile): Compared {
  const before = known.get(file);
  if (before !== undefined) return before;
  const found = { withWhom: new Set<string>(), withOther: new Set<string>(), withNamed: new Set<string>() };
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
        if (called === undefined || other.type === "Literal") continue;
        for (const name of [called, injected(called, file)]) {
          if (namesWhom(side)) found.withWhom.add(name);
          if (isOf(side, other)) found.withOther.add(name);
          if (isUnderNamed(side, file.text.slice(other.start, other.end))) found.withNamed.add(name);
        }
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
  // `const task = id && (await db.task.findUnique(…))`
  if (node.type === "LogicalExpression") return calledFunction(node.right);
  if (node.type === "ParenthesizedExpression") return calledFunction(node.expression);
  if (node.type !== "CallExpression") return null;
  if (node.callee.type === "Identifier") return node.callee.name;
  const { callee } = node;
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return null;
  // `this.fileRepo.findById(id)`, `files.byId(id)`
  const of =
    callee.object.type === "Identifier"
      ? callee.object.name
      : // `prisma.task.findUnique(…)`, `ctx.db.task.findFirst(…)`: by the last name before it
        callee.object.type === "MemberExpression" && callee.object.property.type === "Identifier"
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

/** `tasks.findById`, where the class is handed `private readonly tasks: TaskStore`: `taskstore.findbyid`. */
function injected(called: string, { text }: ProjectFile): string {
  const [member = "", method = ""] = called.split(".");
  if (method === "") return called;
  for (const [, name = "", type = ""] of text.matchAll(INJECTED))
    if (name.toLowerCase() === member) return methodNamed(`${type}.${method}`);
  return called;
}
const INJECTED = /\b(?:private|protected|public|readonly)\s+(\w+)\s*[!?]?:\s*(\w+)/g;

function rootOf(node: Node): string | null {
  if (node.type === "ChainExpression") return rootOf(node.expression);
  if (node.type === "MemberExpression")
    return node.object.type === "Identifier" ? node.object.name : rootOf(node.object);
  return null;
}

/** `parent.pageId` and `page.id`, or `dto.pageId`. */
function isOf(side: Node, other: Node): boolean {
  const [, of] = /^(\w{2,})_?Id$/i.exec(propertyOf(side) ?? "") ?? [];
  const whole = other.type === "MemberExpression" && other.object.type === "Identifier" ? other.object.name : null;
  if (of === undefined || whole === null) return false;
  const named = propertyOf(other) ?? "";
  return (
    (/^(?:_?id|uuid)$/.test(named) && whole.toLowerCase().endsWith(of.toLowerCase())) || named === propertyOf(side)
  );
}

function propertyOf(node: Node): string | null {
  if (node.type === "ChainExpression") return propertyOf(node.expression);
  return node.type === "MemberExpression" && node.property.type === "Identifier" ? node.property.name : null;
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
/** `rule.serverId` beside `params.server`, `serverId`: what stands above the row, and no person. */
function isUnderNamed(side: Node, other: string): boolean {
  const [, of = ""] = /^(\w{2,}?)_?(?:Id|ID|id|Ref|Slug)$/.exec(propertyOf(side) ?? "") ?? [];
  return (
    of !== "" &&
    !isOwnerName(`${of}Id`) &&
    !OF_CALLER.test(other) &&
    new Set([of, `${of}id`, `${of}_id`, `${of}slug`].map((one) => one.toLowerCase())).has(
      (/(\w+)["']?\]?$/.exec(other)?.[1] ?? "").toLowerCase(),
    )
  );
}
const OF_CALLER = /user|session|auth|account|member|caller|viewer|actor|principal|claims|ctx|locals|\bme\b/i;
const HANGS_ON = /^(?:project|site|board|guild|community)_?(?:id|ref|reference)$/i;
const OF_WHOM =
  /^(?:project|org|organi[sz]ation|team|tenant|workspace|account|company|shop|store|site|board|guild|community|owner|user|author|creator)$/i;
