import type { Node } from "oxc-parser";
import type { ProjectFile } from "../../project.ts";
import { clientRole } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import { calledName } from "../../syntax/called-name.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { walk } from "../../syntax/walk.ts";

const ROLE = /\broles?\b/i;
const STORES = /^(?:update|save|patch|edit|set|modify|change|create|insert|upsert|put|write|add)(?![a-z])/;

/** A handler as it is mounted, with what it takes of the client. */
interface Mounted {
  readonly call: Node;
  readonly handler: Node;
  /** What stands before the handler: guards that let the same people in. */
  readonly guards: string;
  /** `const updates = cleanUpdates(req.body)`: by name, the function that made it. */
  readonly made: ReadonlyMap<string, string>;
}
const known = new WeakMap<ProjectFile, readonly Mounted[]>();

/**
 * `if (!mayGrant(caller, fields.role)) refuse()` where somebody is made, of fields that a function picks out of the body,
 * the role among them; and another handler behind the same guards stores what the same function picks, asking nobody.
 */
export function unaskedWhole(file: ProjectFile, asks: RegExp, { entry, trace }: Judged, report: Report): void {
  const all = known.get(file) ?? mountedIn(file);
  known.set(file, all);
  const here = all.find(({ call, handler }) => call === entry.node || handler === entry.node);
  if (here === undefined || ROLE.test(written(file, here.handler)) || asks.test(written(file, here.handler))) return;
  for (const one of trace.operations) {
    const { node } = one.place;
    if ((one.kind !== "call" && one.kind !== "query") || one.place.file !== file.path || one.facts.has("global"))
      continue;
    if (node.type !== "CallExpression" || !STORES.test(calledName(node))) continue;
    const maker = node.arguments
      .flatMap(namesIn)
      .map((name) => here.made.get(name))
      .find((name) => name !== undefined);
    if (maker === undefined || !picksRole(file, maker)) continue;
    if (!all.some((other) => other !== here && other.guards === here.guards && asksOf(file, other, maker, asks)))
      continue;
    report.violated(
      clientRole,
      one.place,
      `${maker} lets the client's role through, and nobody asks whether it is theirs to give; elsewhere here it is asked.`,
      one,
    );
    return;
  }
}

const written = ({ text }: ProjectFile, { start, end }: Node): string => text.slice(start, end);

function asksOf(file: ProjectFile, { handler, made }: Mounted, maker: string, asks: RegExp): boolean {
  for (const node of walk(handler))
    if (
      node.type === "CallExpression" &&
      asks.test(`${calledName(node)}(`) &&
      node.arguments.some(
        (arg) =>
          arg.type === "MemberExpression" &&
          arg.object.type === "Identifier" &&
          made.get(arg.object.name) === maker &&
          ROLE.test(written(file, arg.property)),
      )
    )
      return true;
  return false;
}

function namesIn(node: Node): readonly string[] {
  if (node.type === "Identifier") return [node.name];
  if (node.type === "ObjectExpression")
    return node.properties.flatMap((one) =>
      one.type === "SpreadElement" && one.argument.type === "Identifier"
        ? [one.argument.name]
        : one.type === "Property" && /^(?:data|values|set|changes|\$set)$/.test(calledKey(one.key))
          ? namesIn(one.value)
          : [],
    );
  return [];
}

function calledKey(key: Node): string {
  return key.type === "Identifier" ? key.name : "";
}

/** A function or a schema of this file that knows of a role. */
function picksRole(file: ProjectFile, maker: string): boolean {
  const binding = file.module.bindings.get(maker);
  return binding?.kind === "local" && ROLE.test(written(file, binding.node));
}

function mountedIn(file: ProjectFile): readonly Mounted[] {
  const found: Mounted[] = [];
  for (const call of walk(file.syntax.program)) {
    if (call.type !== "CallExpression" || call.callee.type !== "MemberExpression") continue;
    const handler = call.arguments.at(-1);
    const [path] = call.arguments;
    if (handler === undefined || !isFunction(handler) || path?.type !== "Literal" || call.arguments.length < 2)
      continue;
    const made = new Map<string, string>();
    for (const node of walk(handler))
      if (node.type === "VariableDeclarator" && node.id.type === "Identifier" && node.init !== null) {
        const maker = makerOf(node.init);
        if (maker !== null) made.set(node.id.name, maker);
      }
    found.push({
      call,
      handler,
      guards: call.arguments
        .slice(1, -1)
        .map((one) => written(file, one))
        .join(", "),
      made,
    });
  }
  return found;
}

/** `pick(req.body)`, `await schema.parseAsync(req.body)`: what is called, or what it is called on. */
function makerOf(node: Node): string | null {
  if (node.type === "AwaitExpression") return makerOf(node.argument);
  if (node.type !== "CallExpression") return null;
  const { callee } = node;
  if (callee.type === "Identifier") return callee.name;
  return callee.type === "MemberExpression" &&
    callee.object.type === "Identifier" &&
    /^(?:parse|parseAsync|cast|validate|validateSync)$/.test(calledName(node))
    ? callee.object.name
    : null;
}
